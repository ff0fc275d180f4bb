"""`oauth-connector check` at oidc-provider, for each client authentication and each grant that presents a token."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient
from devtools.cluster.pki import Authority
from oauth_connector.cli.main import main
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.token import Token
from tests.interop.exchanging import client_of, token_client
from tests.support.builders import a_spec
from tests.support.signing_keys import P256_KEY, build_jwks, write_pem

HEAD = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "metadata": {"name": "robot"}}
SECRET = "s" * 64
PORTS = list(range(1024, 65536))

Steps = dict[str, dict[str, Any]]


class Check:
    """The command, and a client of the server that it is about."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], server: AuthorizationServer) -> None:
        self.id = f"robot-{secrets.token_hex(4)}"
        self.server = server
        self._folder = folder
        self._capsys = capsys

    def register(self, authentication: str, **members: object) -> None:
        """Register the client with one way to authenticate."""
        self.server.put_client(RegisteredClient(self.id, SecretStr(SECRET), authentication, metadata=members))  # type: ignore[arg-type]  # a name of RFC 7591

    def run(self, values: Mapping[str, str], *options: str, authority: str = "", **spec: Any) -> Steps:
        """Check a connector whose issuer alone is named; `values` are those of Secret `robot`. Return the steps."""
        provider = {"issuer": self.server.issuer, **({"caBundleRef": {"name": "ca"}} if authority else {})}
        documents = (
            {**HEAD, "spec": a_spec(**{"provider": provider, **spec})},
            {"kind": "Secret", "metadata": {"name": "robot"}, "stringData": dict(values)},
            {"kind": "ConfigMap", "metadata": {"name": "ca"}, "data": {"ca.crt": authority}},
        )
        manifests, settings = self._folder / "connector.yaml", self._folder / "settings.yaml"
        manifests.write_text(yaml.safe_dump_all(documents))
        allowed = [{"host": "127.0.0.1", "ports": PORTS, "http": not authority}]
        settings.write_text(yaml.safe_dump({"allowedDestinations": allowed}))
        main(["check", "-f", str(manifests), "--config", str(settings), "-o", "json", *options])
        shown = self._capsys.readouterr().out
        assert not [value for value in values.values() if value in shown]
        return {step["step"]: step for step in json.loads(shown)}

    def run_to_token(self, values: Mapping[str, str], **spec: Any) -> Steps:
        """Request a token, too. Return the steps, all of which passed."""
        steps = self.run(values, "--request-token", "--yes", **spec)
        assert [step for step in steps.values() if step["ok"] is False] == []
        assert steps["status"]["facts"]["Ready"] == "True, TokenIssued"
        return steps


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str], oidc_provider: AuthorizationServer) -> Check:
    """Return the command for the shared server."""
    return Check(tmp_path, capsys, oidc_provider)


def test_a_client_with_a_key_gets_a_token(check: Check) -> None:
    """The key of the file signs the assertion, for the algorithm that both sides know."""
    check.register("private_key_jwt", jwks=build_jwks(P256_KEY))
    check.run_to_token({"tls.key": write_pem(P256_KEY)}, client={"id": check.id, "keyRef": {"name": "robot"}})


def test_a_client_that_signs_with_its_secret_gets_a_token(check: Check) -> None:
    """The secret of the file signs the assertion."""
    check.register("client_secret_jwt", token_endpoint_auth_signing_alg="HS256")
    client = {"id": check.id, "secretRef": {"name": "robot"}, "authentication": "ClientSecretJWT"}
    check.run_to_token({"client-secret": SECRET}, client=client)


def test_the_previous_secret_gets_a_token_where_the_new_one_is_refused(check: Check) -> None:
    """The server does not know the new secret yet, and the status says which one it has accepted."""
    check.register("client_secret_basic")
    client = {"id": check.id, "secretRef": {"name": "robot"}, "previousSecretRef": {"name": "robot", "key": "previous"}}
    steps = check.run_to_token({"client-secret": "n" * 64, "previous": SECRET}, client=client)
    assert any("PreviousSecretUsed" in str(each) for each in steps["status"]["facts"].items())


def test_a_client_with_a_certificate_gets_a_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mutual_server: AuthorizationServer, authority: Authority
) -> None:
    """The certificate of the file is presented at the alias of the token endpoint."""
    check = Check(tmp_path, capsys, mutual_server)
    check.register("tls_client_auth", tls_client_auth_subject_dn=f"CN={check.id}")
    certificate, key = authority.client(check.id)
    values = {"tls.crt": certificate.read_text(), "tls.key": key.read_text()}
    client = {"id": check.id, "tlsSecretRef": {"name": "robot"}}
    check.run_to_token(values, client=client, authority=authority.certificate.read_text())


def test_an_assertion_gets_a_token(check: Check) -> None:
    """The operator's code signs it, with the issuer and the subject of the spec."""
    check.register("client_secret_basic", jwks=build_jwks(P256_KEY))
    check.run_to_token(
        {"client-secret": SECRET, "tls.key": write_pem(P256_KEY)},
        grantType="JWTBearer",
        client={"id": check.id, "secretRef": {"name": "robot"}},
        jwtBearer={"keyRef": {"name": "robot"}, "issuer": check.id, "subject": "ann"},
    )


def test_a_token_is_exchanged(check: Check) -> None:
    """The subject token of the file is presented, and another token is issued."""
    check.register("client_secret_basic")
    subject = asyncio.run(token_client(check.server, client_of(check.server.client), ClientCredentials()))
    assert isinstance(subject, Token)
    check.run_to_token(
        {"client-secret": SECRET, "token": subject.access_token.get_secret_value()},
        grantType="TokenExchange",
        client={"id": check.id, "secretRef": {"name": "robot"}},
        tokenExchange={"subjectToken": {"secretRef": {"name": "robot", "key": "token"}}},
    )


def test_the_endpoint_for_devices_is_shown(check: Check) -> None:
    """It is that of the metadata; no redirect URI is named, and no token is requested without the user."""
    check.register("client_secret_basic")
    client = {"id": check.id, "secretRef": {"name": "robot"}}
    steps = check.run({"client-secret": SECRET}, "--request-token", "--yes", grantType="DeviceCode", client=client)
    assert steps["discovery"]["facts"] == {"device authorization endpoint": check.server.device_url}
    assert "redirect" not in steps
    assert steps["token"]["ok"] is None
