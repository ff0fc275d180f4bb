"""Access to the API server: the address and the identity."""

import base64
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from oauth_connector.kube.access import Access, from_kubeconfig
from oauth_connector.kube.errors import AccessError
from tests.support.certificates import make_tls

IN_POD = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "6443"}


def write(path: Path, user: dict[str, Any], **cluster: Any) -> Path:  # YAML as users have it
    """Write a kubeconfig with one of each."""
    config = {
        "clusters": [{"name": "here", "cluster": {"server": "https://api.example.com:6443/", **cluster}}],
        "users": [{"name": "me", "user": user}],
        "contexts": [{"name": "now", "context": {"cluster": "here", "user": "me"}}],
        "current-context": "now",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(config))
    return path


def encoded(path: Path) -> str:
    """Return a file's content as a kubeconfig embeds it."""
    return base64.b64encode(path.read_bytes()).decode()


def token_of(access: Access) -> str:
    """Return the token that is presented."""
    assert access.tokens is not None
    return access.tokens.current().get_secret_value()


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    """Return the folder of a ServiceAccount as a Pod has it."""
    folder = tmp_path / "serviceaccount"
    folder.mkdir()
    (folder / "token").write_text("pod-token")
    (folder / "ca.crt").write_bytes(make_tls(tmp_path / "tls").ca.read_bytes())
    return folder


def test_a_pod_uses_its_service_account(pod: Path) -> None:
    """Address and port are those of the environment; the folder contains the rest."""
    access = Access.load(environ=IN_POD, service_account=pod)
    assert access.server == "https://10.0.0.1:6443"
    assert token_of(access) == "pod-token"
    assert len(access.ssl_context().get_ca_certs()) == 1


def test_a_pod_of_an_ipv6_cluster_has_a_valid_address(pod: Path) -> None:
    """The environment contains the plain address; a URL requires brackets."""
    access = Access.load(environ={"KUBERNETES_SERVICE_HOST": "fd00::1"}, service_account=pod)
    assert access.server == "https://[fd00::1]:443"


def test_a_pod_without_its_authority_is_an_error(pod: Path) -> None:
    """The message names the file; the trust store of the system is not used instead."""
    (pod / "ca.crt").unlink()
    with pytest.raises(AccessError, match=r"ca\.crt cannot be read"):
        Access.load(environ=IN_POD, service_account=pod)


def test_a_named_kubeconfig_comes_before_the_pod(pod: Path, tmp_path: Path) -> None:
    """A file on the command line has precedence."""
    named = write(tmp_path / "config", {"token": "mine"})
    assert token_of(Access.load(named, IN_POD, pod)) == "mine"


def test_the_environment_names_kubeconfigs(tmp_path: Path) -> None:
    """Several files are read as one, and missing files are skipped, as in kubectl."""
    first = write(tmp_path / "one" / "config", {"tokenFile": "token"})
    (tmp_path / "one" / "token").write_text("of one")
    second = write(tmp_path / "two" / "config", {"token": "of two"})
    environ = {"KUBECONFIG": f"{tmp_path}/none:{first}:{second}"}
    assert token_of(Access.load(environ=environ, service_account=tmp_path)) == "of one"


def test_several_kubeconfigs_complement_each_other(tmp_path: Path) -> None:
    """One file may contain the clusters and another the users."""
    whole = yaml.safe_load(write(tmp_path / "whole", {"token": "mine"}).read_text())
    users = {"users": whole.pop("users")}
    (tmp_path / "a").write_text(yaml.safe_dump(whole))
    (tmp_path / "b").write_text(yaml.safe_dump(users))
    access = from_kubeconfig(tmp_path / "a", tmp_path / "b")
    assert token_of(access) == "mine"
    assert access.server == "https://api.example.com:6443"


@pytest.mark.parametrize("embedded", [True, False], ids=["embedded", "in files"])
def test_certificates_are_read(embedded: bool, tmp_path: Path) -> None:  # noqa: FBT001  # a parameter of the test
    """The kubeconfig contains them, or names files by paths relative to its folder."""
    tls = make_tls(tmp_path)
    named = {"certificate-authority": tls.ca, "client-certificate": tls.certificate, "client-key": tls.key}
    given = {
        f"{name}-data" if embedded else name: encoded(path) if embedded else path.name for name, path in named.items()
    }
    authority = {name: given.pop(name) for name in tuple(given) if "authority" in name}
    access = from_kubeconfig(write(tmp_path / "config", given, **authority))
    assert access.ca == tls.ca.read_bytes()
    assert access.certificate is not None
    assert access.certificate.chain == tls.certificate.read_bytes()
    assert access.certificate.key.get_secret_value() == tls.key.read_text()
    assert access.tokens is None
    assert access.ssl_context().verify_mode is ssl.CERT_REQUIRED


BROKEN = {
    "no kubeconfig at": "",
    "is not YAML": "a: [",
    "is empty": "# nothing",
    "has no context named (nothing)": "clusters: []",
    "has no context named gone": "current-context: gone",
    "has no cluster named c": "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]",
    "has no context named x": "current-context: x\ncontexts: [{name: x}, nonsense]",
    "has no context named y": "current-context: y\ncontexts: nonsense",
}


@pytest.mark.parametrize(("message", "content"), BROKEN.items(), ids=BROKEN.keys())
def test_an_invalid_kubeconfig_is_an_error(message: str, content: str, tmp_path: Path) -> None:
    """The message states what is missing, and in which file."""
    path = tmp_path / "config"
    if content:
        path.write_text(content)
    with pytest.raises(AccessError) as caught:
        from_kubeconfig(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


UNUSABLE: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "insecure-skip-tls-verify": ({}, {"insecure-skip-tls-verify": True}),
    "tls-server-name": ({}, {"tls-server-name": "other"}),
    "proxy-url": ({}, {"proxy-url": "http://proxy"}),
    "as, which": ({"as": "somebody"}, {}),
    "username": ({"username": "ann", "password": "x"}, {}),
    "names no server": ({}, {"server": ""}),
    "certificate-authority-data is not base64": ({}, {"certificate-authority-data": "%%%"}),
    "client-key": ({"client-key": "/no/such/file"}, {}),
}


@pytest.mark.parametrize(("message", "parts"), UNUSABLE.items(), ids=UNUSABLE.keys())
def test_an_unsupported_kubeconfig_is_an_error(
    message: str, parts: tuple[dict[str, object], dict[str, object]], tmp_path: Path
) -> None:
    """Unsupported fields are rejected, not ignored."""
    user, cluster = parts
    with pytest.raises(AccessError) as caught:
        from_kubeconfig(write(tmp_path / "config", user, **cluster))
    assert message in str(caught.value)


def test_invalid_certificates_are_an_error(tmp_path: Path) -> None:
    """The error occurs when the TLS context is built, not at the first request."""
    path = write(tmp_path / "config", {}, **{"certificate-authority-data": base64.b64encode(b"no PEM").decode()})
    with pytest.raises(AccessError, match="not PEM"):
        from_kubeconfig(path).ssl_context()


def test_no_secret_shows_in_a_repr(tmp_path: Path) -> None:
    """Access may be logged, but no tokens and keys."""
    tls = make_tls(tmp_path)
    user = {"client-certificate": str(tls.certificate), "client-key": str(tls.key), "token": "s3cret"}
    access = from_kubeconfig(write(tmp_path / "config", user))
    assert "s3cret" not in repr(access)
    assert "PRIVATE" not in repr(access)


def test_a_plain_kubeconfig_does_not_load_the_generated_client(tmp_path: Path) -> None:
    """The `kubernetes` package takes 75 MB, and is required for login programs only."""
    path = write(tmp_path / "config", {"token": "mine"})
    program = (
        "import sys, pathlib; from oauth_connector.kube.access import from_kubeconfig;"
        f"from_kubeconfig(pathlib.Path({str(path)!r})).tokens.current(); sys.exit('kubernetes' in sys.modules)"
    )
    source = Path(__file__).parents[3] / "operator"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(source)}, check=False)  # noqa: S603  # our own Python
    assert done.returncode == 0


def two_contexts(path: Path) -> Path:
    """Write a kubeconfig with two contexts, of which `now` is the current one."""
    config = yaml.safe_load(write(path, {"token": "mine"}).read_text())
    config["users"].append({"name": "other", "user": {"token": "other"}})
    config["contexts"].append({"name": "later", "context": {"cluster": "here", "user": "other", "namespace": "shop"}})
    path.write_text(yaml.safe_dump(config))
    return path


def test_a_named_context_comes_before_the_current_one(pod: Path, tmp_path: Path) -> None:
    """Its user and its namespace are used, not the ServiceAccount of the Pod."""
    environ = {**IN_POD, "KUBECONFIG": str(two_contexts(tmp_path / "config"))}
    access = Access.load(environ=environ, service_account=pod, context="later")
    assert token_of(access) == "other"
    assert access.namespace == "shop"


def test_a_context_may_name_no_namespace(tmp_path: Path) -> None:
    """The caller then decides which one to use."""
    assert from_kubeconfig(two_contexts(tmp_path / "config")).namespace is None


def test_a_missing_context_is_an_error(tmp_path: Path) -> None:
    """The message names it, and no other context is used."""
    with pytest.raises(AccessError, match="has no context named prod"):
        from_kubeconfig(two_contexts(tmp_path / "config"), context="prod")


def test_a_pod_is_in_a_namespace(pod: Path) -> None:
    """The kubelet writes it into the folder of the token."""
    (pod / "namespace").write_text("shop\n")
    assert Access.load(environ=IN_POD, service_account=pod).namespace == "shop"
