"""`oauth-connector check` against real authorization servers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.authorization_servers.authorization_server import AuthorizationServer
from oauth_connector.cli.main import main
from oauth_connector.diagnosis.token_request_risk import TOKEN_REQUEST_RISK
from tests.support.builders import a_spec

PUBLIC = "https://connect.example.com"
HEAD = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector"}


class LocalCheck:
    """The input files, and the command."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capsys = capsys
        self.warned = ""

    def check(self, server: AuthorizationServer, spec: dict[str, Any], secret: str, *options: str) -> tuple[int, str]:
        """Check a connector with a client secret. Return the exit status and the standard output."""
        connector = {**HEAD, "metadata": {"name": "crm"}, "spec": spec}
        credential = {"kind": "Secret", "metadata": {"name": "robot"}, "stringData": {"client-secret": secret}}
        authority = {
            "kind": "ConfigMap",
            "metadata": {"name": "ca"},
            "data": {"ca.crt": server.ca.read_text() if server.ca else ""},
        }
        manifests, settings = self._folder / "connector.yaml", self._folder / "settings.yaml"
        manifests.write_text(yaml.safe_dump_all([connector, credential, authority]))
        allowed = [{"host": "127.0.0.1", "ports": [server.port], "http": server.ca is None}]
        settings.write_text(yaml.safe_dump({"allowedDestinations": allowed, "publicURL": PUBLIC}))
        status = main(["check", "-f", str(manifests), "--config", str(settings), *options])
        shown = self._capsys.readouterr()
        assert secret not in shown.out + shown.err
        self.warned = shown.err
        return status, shown.out


@pytest.fixture
def local_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> LocalCheck:
    """Return a runner of the command."""
    return LocalCheck(tmp_path, capsys)


def client_of(server: AuthorizationServer, secret: str) -> dict[str, Any]:
    """Register a client; return it as a field of a spec."""
    return {"id": server.register(secret=secret).id, "secretRef": {"name": "robot"}}


def test_each_step_of_a_valid_connector_is_printed(
    local_check: LocalCheck, oidc_provider_tls: AuthorizationServer
) -> None:
    """Fields, Secret, DNS, TLS and discovery are checked. Without --request-token no token is requested."""
    server = oidc_provider_tls
    provider = {"issuer": server.issuer, "caBundleRef": {"name": "ca"}}
    spec = a_spec(provider=provider, client=client_of(server, "c4n4ry-secret"))
    status, shown = local_check.check(server, spec, "c4n4ry-secret", "-o", "json")
    steps = {step["step"]: step for step in json.loads(shown)}
    assert status == 0
    assert list(steps) == ["fields", "secrets", "dns", "connection", "clock", "discovery", "status"]
    assert local_check.warned == ""
    assert server.token_url in steps["discovery"]["text"]
    assert "TLSv1.3" in steps["connection"]["text"]


def test_a_requested_token_is_printed_masked_with_secret_and_status(
    local_check: LocalCheck, canaille: AuthorizationServer
) -> None:
    """The output contains the keys of the Secret, the times and the status, and four characters of the token."""
    spec = a_spec(provider={"tokenURL": canaille.token_url}, client=client_of(canaille, "c4n4ry-secret"))
    status, shown = local_check.check(canaille, spec, "c4n4ry-secret", "--request-token", "--yes", "-o", "json")
    steps = {step["step"]: step for step in json.loads(shown)}
    assert status == 0
    masked = steps["token"]["facts"]["access token"]
    assert len(masked.split("…")[0]) <= 4
    assert steps["secret"]["text"].endswith("crm-token")
    assert steps["secret"]["facts"].keys() == {"access_token", "authorization", "expires_at", "scope", "token_type"}
    assert steps["status"]["facts"]["Ready"] == "True, TokenIssued"
    assert steps["status"]["facts"]["next refresh"] < steps["status"]["facts"]["expires"]
    assert TOKEN_REQUEST_RISK in local_check.warned


def test_no_request_is_sent_if_the_user_declines(tmp_path: Path) -> None:
    """On a terminal the command asks before it sends anything."""
    manifest = tmp_path / "connector.yaml"
    manifest.write_text(yaml.safe_dump({**HEAD, "metadata": {"name": "crm"}, "spec": a_spec()}))
    user, terminal = os.openpty()
    try:
        os.write(user, b"no\n")
        command = [sys.executable, "-m", "oauth_connector", "check", "-f", str(manifest), "--request-token"]
        done = subprocess.run(command, stdin=terminal, capture_output=True, text=True, check=False)  # noqa: S603  # our own program
    finally:
        os.close(user)
        os.close(terminal)
    assert done.returncode == 2
    assert done.stdout == "Continue? [y/N] "
    assert TOKEN_REQUEST_RISK in done.stderr
    assert "nothing was sent" in done.stderr


def test_a_rejected_request_is_reported_with_its_remedy(local_check: LocalCheck, canaille: AuthorizationServer) -> None:
    """For a wrong secret the output contains the reason and the message of the condition."""
    spec = a_spec(provider={"tokenURL": canaille.token_url}, client=client_of(canaille, "c4n4ry-right"))
    status, shown = local_check.check(canaille, spec, "c4n4ry-wrong", "--request-token", "--yes")
    assert status == 1
    assert "✗ token" in shown
    assert "CredentialsRejected: 127.0.0.1 rejects the credentials" in shown
    assert "invalid_client" in shown


def test_an_untrusted_certificate_is_reported_with_its_remedy(
    local_check: LocalCheck, canaille_tls: AuthorizationServer
) -> None:
    """TLS is checked before anything is sent."""
    spec = a_spec(provider={"tokenURL": canaille_tls.token_url}, client=client_of(canaille_tls, "c4n4ry-secret"))
    status, shown = local_check.check(canaille_tls, spec, "c4n4ry-secret", "--request-token", "--yes")
    assert status == 1
    assert "✗ connection CertificateUntrusted" in shown
    assert "provider.caBundle" in shown
    assert "token" not in shown.split("CertificateUntrusted")[1].split("provider")[0]


def consented_spec(server: AuthorizationServer, **member: str) -> dict[str, Any]:
    """Return a spec whose grant needs a user."""
    provider, client = {"issuer": server.issuer}, client_of(server, "c4n4ry-secret")
    return a_spec(grantType="AuthorizationCode", provider=provider, client=client, authorizationCode=member or None)


def test_no_token_is_requested_for_a_grant_that_needs_a_user(
    local_check: LocalCheck, canaille: AuthorizationServer
) -> None:
    """A code needs a browser: nothing is sent. The output contains the redirect URI to register, and the status."""
    status, shown = local_check.check(
        canaille, consented_spec(canaille), "c4n4ry-secret", "--request-token", "--yes", "-o", "json"
    )
    steps = {step["step"]: step for step in json.loads(shown)}
    assert status == 0
    assert steps["token"]["ok"] is None
    assert "kubectl oauth authorize" in steps["token"]["text"]
    assert f"{PUBLIC}/oauth/callback/default/crm" in steps["redirect"]["text"]
    assert steps["status"]["facts"]["Ready"] == "False, ConsentRequired"


def test_an_invalid_redirect_uri_is_an_error(local_check: LocalCheck, canaille: AuthorizationServer) -> None:
    """The redirect URI of another connector is refused, as the operator refuses it."""
    spec = consented_spec(canaille, redirectURI="http://127.0.0.1:8765/oauth/callback/default/another")
    status, shown = local_check.check(canaille, spec, "c4n4ry-secret")
    assert status == 1
    assert "✗ redirect   RedirectURIInvalid" in shown


def initial_spec(server: AuthorizationServer) -> dict[str, Any]:
    """Return a spec with an initial refresh token."""
    reference = {"secretRef": {"name": "initial", "key": "refresh-token"}}
    return a_spec(
        grantType="RefreshToken",
        provider={"tokenURL": server.token_url},
        client=client_of(server, "c4n4ry-secret"),
        refreshToken=reference,
    )


def test_a_refresh_token_is_not_sent_without_a_file_for_its_successor(
    local_check: LocalCheck, canaille: AuthorizationServer, tmp_path: Path
) -> None:
    """It may be valid for one use only, so that the check would take it from the operator."""
    (tmp_path / "initial").write_text("c4n4ry-refresh-token")
    value = f"--secret=initial/refresh-token=@{tmp_path / 'initial'}"
    status, shown = local_check.check(
        canaille, initial_spec(canaille), "c4n4ry-secret", value, "--request-token", "--yes"
    )
    assert status == 0
    assert "– token      not requested" in shown
    assert "--rotated-token FILE" in shown


def test_a_rejected_refresh_token_is_reported_as_by_the_operator(
    local_check: LocalCheck, canaille: AuthorizationServer, tmp_path: Path
) -> None:
    """With a file for its successor it is sent, once. Nothing replaces it, so that no file is left."""
    (tmp_path / "initial").write_text("c4n4ry-refresh-token")
    value, place = f"--secret=initial/refresh-token=@{tmp_path / 'initial'}", tmp_path / "next"
    options = (value, "--request-token", "--yes", f"--rotated-token={place}")
    status, shown = local_check.check(canaille, initial_spec(canaille), "c4n4ry-secret", *options)
    assert status == 1
    assert "✗ token      RefreshTokenRejected" in shown
    assert not place.exists()
