"""The operator as a process presents its own token, which the real API server signs and Authlib's server verifies."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from devtools.cluster.control_plane import ControlPlane
from tests.support.authlib_server import AuthlibServer, authlib_server
from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.operator_process import OperatorProcess

ISSUER = "https://kubernetes.default.svc"
ACCOUNT = ("oauth-connector-system", "oauth-connector")
SUBJECT = "system:serviceaccount:" + ":".join(ACCOUNT)
A_JWT = "eyJ"
"""How each JWT begins: `{"` in base64."""


@pytest.fixture
async def provider(control_plane: ControlPlane) -> AsyncIterator[AuthlibServer]:
    """Return a server that trusts the issuer of the cluster for the ServiceAccount of the operator."""
    keys = json.loads(control_plane.kubectl("get", "--raw", "/openid/v1/jwks"))
    async with authlib_server() as server:
        server.federate("orders-client", keys, ISSUER, SUBJECT)
        yield server


def write_token(control_plane: ControlPlane, file: Path, audience: str) -> None:
    """Write a token of the operator as the kubelet does."""
    namespace, name = ACCOUNT
    file.write_text(control_plane.kubectl("create", "token", name, "-n", namespace, f"--audience={audience}"))


async def start(start_operator: StartOperator, provider: AuthlibServer, file: Path, namespace: str) -> OperatorProcess:
    """Start an operator whose token connectors of a namespace may present."""
    entry = {"audience": provider.url, "file": str(file), "namespaces": [namespace], "hosts": ["127.0.0.1"]}
    return await start_operator(provider.port, operatorTokens=[entry])


def spec_of(provider: AuthlibServer) -> dict[str, Any]:
    """Return the spec of a connector that names no ServiceAccount."""
    client = {"id": "orders-client", "serviceAccount": {"audience": provider.url}}
    return {"grantType": "ClientCredentials", "provider": {"tokenURL": provider.token_url}, "client": client}


async def test_the_operators_token_is_accepted_and_its_successor_too(
    control_plane: ControlPlane,
    start_operator: StartOperator,
    provider: AuthlibServer,
    namespace: Namespace,
    tmp_path: Path,
) -> None:
    """The server verifies signature, issuer, subject, audience, times, and that no token comes twice; none is shown."""
    file = tmp_path / "token"
    write_token(control_plane, file, provider.url)
    operator = await start(start_operator, provider, file, namespace.name)
    await namespace.add_connector("orders", spec_of(provider))
    await namespace.wait_for_conditions("orders", within=30, Ready="TokenIssued")
    write_token(control_plane, file, provider.url)
    await namespace.request_refresh("orders", "1")

    async def is_refreshed() -> bool:
        return len(provider.issued) == 2

    await until(is_refreshed, within=30)
    assert [each["sub"] for each in provider.accepted] == [SUBJECT, SUBJECT]
    assert len({each["jti"] for each in provider.accepted}) == 2
    assert provider.accepted[0]["aud"] == [provider.url]
    shown = json.dumps([await namespace.get("oauthconnectors", "orders"), await namespace.values("orders-token")])
    assert A_JWT not in operator.read_log() + shown


async def test_the_token_for_the_kubernetes_api_stays_in_the_pod(
    control_plane: ControlPlane,
    start_operator: StartOperator,
    provider: AuthlibServer,
    namespace: Namespace,
    tmp_path: Path,
) -> None:
    """The setting leads to the wrong file; a right one is used at the next attempt."""
    write_token(control_plane, tmp_path / "token", ISSUER)
    await start(start_operator, provider, tmp_path / "token", namespace.name)
    await namespace.add_connector("orders", spec_of(provider))
    await namespace.wait_for_conditions(
        "orders", within=30, not_Ready="ServiceAccountTokenDenied", Stalled="ServiceAccountTokenDenied"
    )
    assert provider.accepted == []
    write_token(control_plane, tmp_path / "token", provider.url)
    await namespace.request_refresh("orders", "1")
    await namespace.wait_for_conditions("orders", within=30, Ready="TokenIssued")


async def test_another_namespace_may_not_present_it(
    control_plane: ControlPlane,
    start_operator: StartOperator,
    provider: AuthlibServer,
    namespace: Namespace,
    tmp_path: Path,
) -> None:
    """The setting names one that has no connector."""
    write_token(control_plane, tmp_path / "token", provider.url)
    await start(start_operator, provider, tmp_path / "token", "team-a")
    await namespace.add_connector("orders", spec_of(provider))
    await namespace.wait_for_conditions(
        "orders", within=30, not_Ready="OperatorTokenNotAllowed", Stalled="OperatorTokenNotAllowed"
    )
    assert provider.accepted == []
