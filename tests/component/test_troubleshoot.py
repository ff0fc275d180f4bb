"""Each family of the page of troubleshooting, provoked with a real server: `check` shows a sentence of its section."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.local.free_port import free_port
from oauth_connector.cli.main import main
from tests.support.builders import a_spec

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "troubleshoot.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| \[(\w+)\]\(\S+\) \| (.+) \|$", re.MULTILINE)
SECRET = "c4n4ry-secret"
TOKEN = ("--request-token", "--yes")


class FaultyConnector:
    """A connector at a server, with one fault, and the command."""

    def __init__(self, server: AuthorizationServer, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.server = server
        self._folder = folder
        self._capsys = capsys

    def spec(self, **changes: Any) -> dict[str, Any]:
        """Return the spec of a client that the server knows."""
        client = {"id": self.server.register(secret=SECRET).id, "secretRef": {"name": "robot"}}
        return a_spec(**{"provider": {"tokenURL": self.server.token_url}, "client": client, **changes})

    def find_reasons(self, family: str, spec: dict[str, Any], *options: str, secret: str = SECRET) -> set[str]:
        """Check the connector. Return the reasons in the section of a family whose sentence the output contains."""
        head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "metadata": {"name": "crm"}}
        credential = {"kind": "Secret", "metadata": {"name": "robot"}, "stringData": {"client-secret": secret}}
        allowed = {"cidr": "127.0.0.0/8", "ports": list(range(1024, 65536)), "http": True}
        manifests, settings = self._folder / "connector.yaml", self._folder / "settings.yaml"
        manifests.write_text(yaml.safe_dump_all([{**head, "spec": spec}, credential]))
        settings.write_text(yaml.safe_dump({"allowedDestinations": [allowed], "publicURL": "https://c.example.com"}))
        assert main(["check", "-f", str(manifests), "--config", str(settings), *options]) == 1
        shown = self._capsys.readouterr().out
        section = PAGE.split(f"\n## {family}\n")[1].split("\n## ")[0]
        return {name for name, sentence in ROW.findall(section) if as_pattern(sentence).search(shown)}


def as_pattern(sentence: str) -> re.Pattern[str]:
    """Return the pattern of a sentence whose placeholders stand for any text."""
    return re.compile(".+?".join(re.escape(part) for part in re.split(r"\{\w+\}", sentence)))


@pytest.fixture
def faulty(canaille: AuthorizationServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> FaultyConnector:
    """Return a connector at Canaille."""
    return FaultyConnector(canaille, tmp_path, capsys)


def test_redirect_uri(faulty: FaultyConnector) -> None:
    """A redirect URI of another connector is refused."""
    redirect = {"redirectURI": "http://127.0.0.1:8765/oauth/callback/default/another"}
    provider = {"issuer": faulty.server.issuer}
    spec = faulty.spec(grantType="AuthorizationCode", provider=provider, authorizationCode=redirect)
    assert faulty.find_reasons("Redirect URI", spec) == {"RedirectURIInvalid"}


def test_client_id_or_secret(faulty: FaultyConnector) -> None:
    """The provider rejects a wrong client secret."""
    found = faulty.find_reasons("Client id or secret", faulty.spec(), *TOKEN, secret="c4n4ry-wrong")
    assert found == {"CredentialsRejected"}


def test_token_not_working_or_wrong_url(faulty: FaultyConnector) -> None:
    """A wrong path is no token endpoint."""
    spec = faulty.spec(provider={"tokenURL": f"{faulty.server.issuer}/no/such/path"})
    assert faulty.find_reasons("Token not working, or wrong URL", spec, *TOKEN) == {"EndpointNotFound"}


def test_scopes(oidc_provider: AuthorizationServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The client may not request a scope, and the API of a token is unknown."""
    faulty = FaultyConnector(oidc_provider, tmp_path, capsys)
    spec = faulty.spec(resources=["https://unknown.example"])
    assert faulty.find_reasons("Scopes", spec, *TOKEN) == {"InvalidTarget"}
    spec = faulty.spec(scopes=["admin"])
    assert faulty.find_reasons("Scopes", spec, *TOKEN) == {"InvalidScope"}


def test_user_credentials(faulty: FaultyConnector, tmp_path: Path) -> None:
    """The provider does not know the refresh token of a user."""
    (tmp_path / "initial").write_text("c4n4ry-refresh-token")
    reference = {"secretRef": {"name": "initial", "key": "refresh-token"}}
    value, place = f"--secret=initial/refresh-token=@{tmp_path / 'initial'}", f"--rotated-token={tmp_path / 'next'}"
    spec = faulty.spec(grantType="RefreshToken", refreshToken=reference)
    assert faulty.find_reasons("User credentials", spec, value, place, *TOKEN) == {"RefreshTokenRejected"}


def test_tls(canaille_tls: AuthorizationServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The authority of the server is not known."""
    faulty = FaultyConnector(canaille_tls, tmp_path, capsys)
    assert faulty.find_reasons("TLS", faulty.spec()) == {"CertificateUntrusted"}


def test_repeated_failures(faulty: FaultyConnector) -> None:
    """No server listens at the port."""
    spec = faulty.spec(provider={"tokenURL": f"http://127.0.0.1:{free_port()}/token"})
    assert faulty.find_reasons("Repeated failures", spec, *TOKEN) == {"ProviderUnreachable"}
