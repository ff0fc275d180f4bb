"""`oauth-connector check` with the token of a ServiceAccount from a file: there is no cluster."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from joserfc import jwt
from joserfc.jwk import RSAKey

from oauth_connector.cli.main import main
from tests.support.authlib_server import AuthlibServer, authlib_server
from tests.support.signing_keys import RSA_KEY, build_jwks, write_pem

ISSUER, SUBJECT = "https://oidc.example.com/7", "system:serviceaccount:shop:robot"
HEAD = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector"}
ALLOWED = {"oauthconnector.dev/allow-token-for": "orders"}


@pytest.fixture
async def provider() -> AsyncIterator[AuthlibServer]:
    """Return a server that trusts the issuer of a cluster."""
    async with authlib_server() as server:
        server.federate("orders-client", build_jwks(RSA_KEY), ISSUER, SUBJECT)
        yield server


def sign_token(audience: str) -> str:
    """Return a token as a cluster issues it."""
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": [audience], "iat": now, "exp": now + 600, "jti": "1"}
    return jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(write_pem(RSA_KEY)))


async def check(
    folder: Path, provider: AuthlibServer, annotations: dict[str, str] | None, *options: str, **settings: Any
) -> int:
    """Check a connector whose client is the ServiceAccount `robot`; return the exit status."""
    account = (
        {"name": "robot", "audience": provider.url} if "operatorTokens" not in settings else {"audience": provider.url}
    )
    client = {"id": "orders-client", "serviceAccount": account}
    spec = {"grantType": "ClientCredentials", "provider": {"tokenURL": provider.token_url}, "client": client}
    manifests: list[dict[str, Any]] = [{**HEAD, "metadata": {"name": "orders"}, "spec": spec}]
    if annotations is not None:
        manifests.append({"kind": "ServiceAccount", "metadata": {"name": "robot", "annotations": annotations}})
    (folder / "orders.yaml").write_text(yaml.safe_dump_all(manifests))
    allowed = [{"host": "127.0.0.1", "ports": [provider.port], "http": True}]
    (folder / "settings.yaml").write_text(yaml.safe_dump({"allowedDestinations": allowed, **settings}))
    arguments = ["check", "-f", str(folder / "orders.yaml"), "--config", str(folder / "settings.yaml"), *options]
    return await asyncio.to_thread(main, arguments)


async def test_a_token_that_is_passed_is_presented(
    provider: AuthlibServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A user can try the registration at the provider before the operator does."""
    token = sign_token(provider.url)
    (tmp_path / "token").write_text(f"{token}\n")
    passed = ("--secret", f"serviceaccount/robot=@{tmp_path / 'token'}", "--request-token", "--yes")
    status = await check(tmp_path, provider, ALLOWED, *passed, serviceAccountTokens=True)
    shown = capsys.readouterr()
    assert status == 0, shown.out
    assert f"serviceaccount/robot/{provider.url}" in shown.out
    assert provider.accepted[-1]["sub"] == SUBJECT
    assert token not in shown.out + shown.err


@pytest.mark.parametrize(
    ("annotations", "enabled", "reason"),
    [
        (ALLOWED, True, "ServiceAccountTokenDenied: No token of ServiceAccount `robot` can be presented"),
        ({}, True, "ServiceAccountNotAllowed"),
        (None, True, "ServiceAccountNotFound"),
        (ALLOWED, False, "ServiceAccountTokensDisabled"),
    ],
)
async def test_what_is_missing_is_reported(
    provider: AuthlibServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    annotations: dict[str, str] | None,
    reason: str,
    *,
    enabled: bool,
) -> None:
    """With the reason of the operator, or with the command that makes a token."""
    assert await check(tmp_path, provider, annotations, serviceAccountTokens=enabled) == 1
    shown = capsys.readouterr().out
    assert reason in shown
    assert ("kubectl create token robot" in shown) == ("Denied" in reason)


@pytest.mark.parametrize(
    ("namespace", "host", "expected"),
    [
        ("default", "127.0.0.1", "operator/token"),
        ("shop", "127.0.0.1", "OperatorTokenNotAllowed"),
        ("default", "localhost", "must not be sent to 127.0.0.1"),
    ],
)
async def test_the_operators_own_token_is_presented_where_the_settings_allow_it(
    provider: AuthlibServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    namespace: str,
    host: str,
    expected: str,
) -> None:
    """The token is passed under the name that status shows, and the file of the settings is not read."""
    (tmp_path / "token").write_text(sign_token(provider.url))
    passed = ("--secret", f"operator/token=@{tmp_path / 'token'}", "--request-token", "--yes")
    entry = {"audience": provider.url, "file": "/absent", "namespaces": [namespace], "hosts": [host]}
    status = await check(tmp_path, provider, None, *passed, operatorTokens=[entry])
    shown = capsys.readouterr()
    assert expected in shown.out
    assert status == (0 if expected == "operator/token" else 1)
    assert len(provider.accepted) == (1 if status == 0 else 0)
