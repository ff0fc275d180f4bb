"""Kubeconfigs are files that kubectl and every client understand, for their owner's eyes."""

from pathlib import Path

import yaml

from devtools.cluster.kubeconfig import write_kubeconfig


def test_written_kubeconfig_names_server_authority_and_caller(tmp_path: Path) -> None:
    """Its current context leads to the server, the authority and the token."""
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


def test_rewritten_kubeconfig_stays_its_owners_alone(tmp_path: Path) -> None:
    """A token in it is for nobody else, however often it is written."""
    for token in ("first", "second"):
        path = write_kubeconfig(
            tmp_path / "someone.kubeconfig", "https://127.0.0.1:1", tmp_path / "ca.crt", {"token": token}
        )
    assert path.stat().st_mode & 0o777 == 0o600
    assert "first" not in path.read_text()
