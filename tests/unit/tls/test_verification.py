"""All TLS contexts of the package, with the defaults of Python 3.13 and newer, whichever Python runs the tests."""

import re
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from oauth_connector.kube.access import Access
from oauth_connector.net.tls import make_ssl_context
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.tls.verification import build_client_context, find_certificate_error
from tests.support.certificates import make_tls

PACKAGE = Path(__file__).parents[3] / "operator" / "oauth_connector"
ANY_CONTEXT = re.compile(r"create_default_context|SSLContext\(|_create_unverified_context|TCPConnector\((?!.*ssl=)")

Build = Callable[[Path], ssl.SSLContext]

CONFIGURED: dict[str, Build] = {
    "the authority of the API server": lambda ca: Access("https://api", ca=ca.read_bytes()).ssl_context(),
    "the trust bundle of the operator": lambda ca: make_ssl_context(ca, TLSOptions()),
    "the bundle of a connector": lambda ca: make_ssl_context(None, TLSOptions(ca.read_text())),
}
SYSTEM: dict[str, Build] = {
    "the API server": lambda _ca: Access("https://api").ssl_context(),
    "a provider": lambda _ca: make_ssl_context(None, TLSOptions()),
}


@pytest.fixture(autouse=True)
def _newer_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make default contexts strict, as Python 3.13 does."""
    original = ssl.create_default_context

    def create_strict_context(**arguments: str | None) -> ssl.SSLContext:
        context = original(**arguments)  # type: ignore[arg-type]  # by name
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", create_strict_context)


def handshake(client: ssl.SSLContext, server: ssl.SSLContext) -> None:
    """Shake hands in memory. Raises `ssl.SSLError` where the client refuses the certificate."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname="localhost"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    while sides:
        for side in list(sides):
            try:
                side.do_handshake()
                sides.remove(side)
            except ssl.SSLWantReadError:
                continue


def serve(folder: Path, *, key_identifiers: bool = False) -> tuple[ssl.SSLContext, Path]:
    """Return the context of a server, and the file of its authority."""
    files = make_tls(folder, key_identifiers=key_identifiers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    return context, files.ca


@pytest.mark.parametrize("build", CONFIGURED.values(), ids=CONFIGURED.keys())
def test_a_configured_authority_needs_no_key_identifiers(build: Build, tmp_path: Path) -> None:
    """The handshake succeeds, and names are verified as before."""
    server, ca = serve(tmp_path)
    context = build(ca)
    handshake(context, server)
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("build", SYSTEM.values(), ids=SYSTEM.keys())
def test_the_authorities_of_the_system_are_held_to_the_rules_of_python(build: Build, tmp_path: Path) -> None:
    """Without a configured authority the default of Python is kept."""
    assert build(tmp_path).verify_flags & ssl.VERIFY_X509_STRICT


def test_the_default_of_newer_pythons_refuses_such_an_authority(tmp_path: Path) -> None:
    """This is the failure that the contexts avoid; its cause names what the certificate lacks."""
    server, ca = serve(tmp_path)
    with pytest.raises(ssl.SSLError) as refused:
        handshake(ssl.create_default_context(cafile=str(ca)), server)
    assert "Key Identifier" in str(find_certificate_error(refused.value))


def test_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    """The cause is that of OpenSSL."""
    server, _ = serve(tmp_path / "one")
    _, other = serve(tmp_path / "other", key_identifiers=True)
    with pytest.raises(ssl.SSLError) as refused:
        handshake(build_client_context(other.read_text()), server)
    assert find_certificate_error(refused.value)


def test_the_cause_of_an_error_is_found_among_its_causes() -> None:
    """Libraries wrap the error of OpenSSL; an error without one has no cause."""
    inner = ssl.SSLCertVerificationError()
    inner.verify_message = "certificate has expired"
    outer = OSError()
    outer.__cause__ = inner
    assert find_certificate_error(outer) == "certificate has expired"
    assert find_certificate_error(OSError()) is None


def test_no_other_module_builds_a_context() -> None:
    """A context that is built elsewhere would refuse the authorities that users configure."""
    found = [
        str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if ANY_CONTEXT.search(path.read_text("utf-8"))
    ]
    assert found == ["tls/verification.py"]
