"""The service's settings, above all where browsers find it."""

from pathlib import Path

import pytest

from oauth_connector.api.schema.origins import origin
from oauth_connector.cli.main import main
from oauth_connector.settings.consent_server import ConsentSettings, load
from oauth_connector.settings.sources import PREFIX, InvalidSettings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the environment of the test run happens to hold."""
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
def test_an_origin_is_taken_as_browsers_write_it(given: str, taken: str) -> None:
    """`Origin` is compared with it letter by letter."""
    assert load({"public_url": given}).public_url == taken


@pytest.mark.parametrize(
    ("given", "told"),
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
def test_another_address_is_refused_with_the_cure(given: str, told: str) -> None:
    """Plain HTTP is for loopback; a path is not served; what is no address is none."""
    with pytest.raises(InvalidSettings, match="publicURL") as refused:
        load({"public_url": given})
    assert told in str(refused.value)


def test_the_public_url_must_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The command line says which setting is missing, and ends with the status of wrong usage."""
    assert main(["consent"]) == 2
    assert "publicURL (OAUTH_CONNECTOR_PUBLIC_URL): is required" in capsys.readouterr().err


def test_a_file_holds_them(tmp_path: Path) -> None:
    """As the ConfigMap of deploy/consent.yaml does."""
    path = tmp_path / "config.yaml"
    path.write_text("publicURL: https://connect.example.com\nhttpPort: 9090\n")
    settings = load({"config": path})
    assert (settings.public_url, settings.http_port) == ("https://connect.example.com", 9090)


def test_the_origin_of_no_address_is_an_error() -> None:
    """Whoever compares origins must know."""
    with pytest.raises(ValueError, match="https"):
        origin("/connect")
