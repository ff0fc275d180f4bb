"""Kubeconfigs are valid for kubectl and other clients, and readable by their owner only."""

from pathlib import Path

import yaml

from devtools.cluster.kubeconfig import write_kubeconfig


def test_a_kubeconfig_has_server_authority_and_credentials(tmp_path: Path) -> None:
    """Its current context refers to the server, the CA certificate and the token."""
    path = write_kubeconfig(
        tmp_path / "someone.kubeconfig", "https://127.0.0.1:1", tmp_path / "ca.crt", {"token": "t0p"}
    )
    config = yaml.safe_load(path.read_text())
    context = next(one["context"] for one in config["contexts"] if one["name"] == config["current-context"])
    clusters = {one["name"]: one["cluster"] for one in config["clusters"]}
    users = {one["name"]: one["user"] for one in config["users"]}
    assert clusters[context["cluster"]] == {
        "server": "https://127.0.0.1:1",
        "certificate-authority": str(tmp_path / "ca.crt"),
    }
    assert users[context["user"]] == {"token": "t0p"}


def test_a_rewritten_kubeconfig_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """The file has the same permissions each time it is written."""
    for token in ("first", "second"):
        path = write_kubeconfig(
            tmp_path / "someone.kubeconfig", "https://127.0.0.1:1", tmp_path / "ca.crt", {"token": token}
        )
    assert path.stat().st_mode & 0o777 == 0o600
    assert "first" not in path.read_text()
