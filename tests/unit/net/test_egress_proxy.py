"""The setting of the egress proxy: its address, its credentials, and what is connected to directly."""

from pathlib import Path

import pytest

from oauth_connector.net.egress_proxy import EgressProxy, ProxyCredentialsError
from oauth_connector.settings.operator import InvalidSettings, Settings, load
from oauth_connector.settings.sources import read_settings

URL = "http://proxy.corp.example:3128"


def write(folder: Path, text: str) -> Path:
    """Write a settings file."""
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "url",
    [
        "proxy.corp.example:3128",
        "http://proxy.corp.example",
        "http://robot:c4n4ry@proxy.corp.example:3128",
        "http://proxy.corp.example:3128/path",
        "http://proxy.corp.example:99999",
        "http://proxy.corp.example:0",
        "http://proxy.corp.example:03128",
        "http://::3128",
        "socks5://proxy.corp.example:1080",
        "http://[::1:3128",
    ],
)
def test_another_form_of_url_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    """The error says what to write, and where the credentials belong. It repeats no password."""
    with pytest.raises(InvalidSettings) as raised:
        load({"config": write(tmp_path, f"httpsProxy: '{url}'")})
    assert "with host and port, such as http://proxy.corp.example:3128" in str(raised.value)
    assert "c4n4ry" not in str(raised.value)


@pytest.mark.parametrize(
    "url", [URL, "https://proxy.corp.example:3129", "http://10.0.0.1:8080/", "http://[fd00::1]:3128"]
)
def test_a_url_with_host_and_port_is_accepted(url: str) -> None:
    """Names and addresses, with TLS and without."""
    proxy = read_settings(Settings, {"https_proxy": url}).egress.proxy
    assert proxy is not None
    assert proxy.parts.port


BYPASSED = ("idp.corp.example", "*.svc", "10.0.0.0/8", "192.0.2.7", "fd00::/8")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("idp.corp.example", True),
        ("IDP.corp.example.", True),
        ("a.idp.corp.example", False),
        ("idp.auth.svc", True),
        ("svc", False),
        ("evil-svc", False),
        ("10.1.2.3", True),
        ("11.1.2.3", False),
        ("192.0.2.7", True),
        ("192.0.2.8", False),
        ("fd00::7", True),
        ("2001:db8::1", False),
        ("10.1.2.3.example.com", False),
    ],
)
def test_hosts_are_bypassed_by_name_or_by_network(host: str, expected: bool) -> None:  # noqa: FBT001  # a row of the table
    """A name is compared with names, an address with networks. `*.` and a domain is for all names below it."""
    proxy = read_settings(Settings, {"https_proxy": URL, "no_proxy": BYPASSED}).egress.proxy
    assert proxy is not None
    assert proxy.is_bypassed(host) is expected


@pytest.mark.parametrize(
    "entry", ["https://idp.corp.example", "idp.corp.example:443", "*", "10.0.0.1/8", ".corp.example", ""]
)
def test_an_entry_that_matches_nothing_is_refused(tmp_path: Path, entry: str) -> None:
    """The forms of other programs are named with what to write instead."""
    with pytest.raises(InvalidSettings, match="is neither a host nor a network"):
        load({"config": write(tmp_path, f"httpsProxy: {URL}\nnoProxy: ['{entry}']")})


def test_the_environment_has_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `NO_PROXY` of other programs."""
    monkeypatch.setenv("OAUTH_CONNECTOR_HTTPS_PROXY", URL)
    monkeypatch.setenv("OAUTH_CONNECTOR_NO_PROXY", "*.svc, 10.0.0.0/8")
    assert load({}).no_proxy == ("*.svc", "10.0.0.0/8")


@pytest.mark.parametrize(
    "line", ["noProxy: [a.example]", "httpsProxyCredentials: {folder}", "httpsProxyTrustBundle: {file}"]
)
def test_a_part_without_the_proxy_is_refused(tmp_path: Path, line: str) -> None:
    """It would have no effect."""
    file = write(tmp_path, "")
    with pytest.raises(InvalidSettings, match="needs httpsProxy, which is not set"):
        load({"config": write(tmp_path, line.format(folder=tmp_path, file=file))})


def test_variables_of_other_programs_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """`HTTPS_PROXY` in a Pod changes no way that a credential takes."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, URL)
    assert load({}).egress.proxy is None


def test_authorities_of_the_proxy_default_to_the_trust_bundle(tmp_path: Path) -> None:
    """One bundle is enough for a company that signs both."""
    file, other = write(tmp_path, ""), tmp_path / "other.pem"
    other.write_text("")
    shared = read_settings(Settings, {"https_proxy": URL, "trust_bundle": file}).egress.proxy
    own = read_settings(Settings, {"https_proxy": URL, "trust_bundle": file, "https_proxy_trust_bundle": other})
    assert shared is not None
    assert shared.authorities == file
    assert own.egress.proxy is not None
    assert own.egress.proxy.authorities == other
    assert own.egress.bundle == file


def test_credentials_are_read_from_the_files_of_a_secret(tmp_path: Path) -> None:
    """RFC 7617 section 2; UTF-8, without the newline of an editor. They are in no text of the object."""
    (tmp_path / "username").write_text("robot\n")
    (tmp_path / "password").write_text("c4n4ry:ü")
    proxy = EgressProxy(URL, credentials=tmp_path)
    authorization = proxy.read_authorization()
    assert authorization is not None
    assert authorization.get_secret_value() == "Basic cm9ib3Q6YzRuNHJ5OsO8"
    assert "c4n4ry" not in repr((proxy, authorization))
    assert EgressProxy(URL).read_authorization() is None


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_credentials_that_cannot_be_read_are_an_error(tmp_path: Path, content: bytes | None) -> None:
    """A missing key of the Secret, and bytes that are no text."""
    (tmp_path / "username").write_text("robot")
    if content is not None:
        (tmp_path / "password").write_bytes(content)
    with pytest.raises(ProxyCredentialsError):
        EgressProxy(URL, credentials=tmp_path).read_authorization()
