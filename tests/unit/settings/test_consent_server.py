"""The settings of the consent server, and its address for browsers."""

from pathlib import Path

import pytest

from oauth_connector.api.schema.origins import origin
from oauth_connector.cli.main import main
from oauth_connector.settings.consent_server import ConsentSettings, load
from oauth_connector.settings.sources import PREFIX, InvalidSettings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove variables that the environment of the test run may contain."""
    for name in ConsentSettings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://connect.example.com", "https://connect.example.com"),
        ("https://Connect.Example.com:443/", "https://connect.example.com"),
        ("https://connect.example.com:8443", "https://connect.example.com:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_read_as_browsers_write_it(given: str, taken: str) -> None:
    """`Origin` is compared with it character by character."""
    assert load({"public_url": given}).public_url == taken


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("http://connect.example.com", "must begin with https://"),
        ("http://10.0.0.1", "must begin with https://"),
        ("http://127.0.0.1.evil.example", "must begin with https://"),
        ("connect.example.com", "a dedicated host"),
        ("https://example.com/connect", "without a path"),
        ("https://example.com/?a", "without a path"),
        ("https://user@example.com", "without a path"),
        ("ftp://example.com", "https://"),
        ("https://", "https://"),
        ("https://example.com:99999", "ut of range"),
    ],
)
def test_an_invalid_address_is_rejected_with_what_to_write(given: str, message: str) -> None:
    """Plain HTTP is for loopback only, and a path is not served."""
    with pytest.raises(InvalidSettings, match="publicURL") as refused:
        load({"public_url": given})
    assert message in str(refused.value)


def test_the_public_url_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    """The command names the missing setting, and exits with the status of a usage error."""
    assert main(["consent"]) == 2
    assert "publicURL (OAUTH_CONNECTOR_PUBLIC_URL): is required" in capsys.readouterr().err


def test_the_settings_are_read_from_a_file(tmp_path: Path) -> None:
    """The ConfigMap of the consent server is such a file."""
    path = tmp_path / "config.yaml"
    path.write_text("publicURL: https://connect.example.com\nhttpPort: 9090\n")
    settings = load({"config": path})
    assert (settings.public_url, settings.http_port) == ("https://connect.example.com", 9090)


def test_the_origin_of_no_address_is_an_error() -> None:
    """The caller that compares origins must notice it."""
    with pytest.raises(ValueError, match="https"):
        origin("/connect")
