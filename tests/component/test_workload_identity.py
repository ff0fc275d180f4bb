"""The operator as a process presents tokens that the real API server signs, and Authlib's server verifies."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from devtools.cluster.control_plane import ControlPlane
from tests.support.authlib_server import AuthlibServer, authlib_server
from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.operator_process import OperatorProcess
from tests.support.token_permissions import install_permissions

ISSUER = "https://kubernetes.default.svc"
ALLOWED = {"oauthconnector.dev/allow-token-for": "orders", "oauthconnector.dev/allowed-hosts": "127.0.0.1"}
A_JWT = "eyJ"
"""How each JWT begins: `{"` in base64."""


@pytest.fixture
async def provider(control_plane: ControlPlane, namespace: Namespace) -> AsyncIterator[AuthlibServer]:
    """Return a server that trusts the issuer of the cluster for ServiceAccount `robot`, with its published keys."""
    keys = json.loads(control_plane.kubectl("get", "--raw", "/openid/v1/jwks"))
    async with authlib_server() as server:
        server.federate("orders-client", keys, ISSUER, f"system:serviceaccount:{namespace.name}:robot")
        yield server


@pytest.fixture
async def operator(
    control_plane: ControlPlane, start_operator: StartOperator, provider: AuthlibServer
) -> OperatorProcess:
    """Return an operator that may request tokens of ServiceAccounts, as the chart grants it."""
    install_permissions(control_plane)
    return await start_operator(provider.port, serviceAccountTokens=True)


def spec_of(provider: AuthlibServer, **changes: Any) -> dict[str, Any]:
    """Return the spec of a connector at the server."""
    account = {"name": "robot", "audience": provider.url, **changes}
    client = {"id": "orders-client", "serviceAccount": account}
    return {"grantType": "ClientCredentials", "provider": {"tokenURL": provider.token_url}, "client": client}


async def add_account(namespace: Namespace, name: str = "robot", annotations: dict[str, str] | None = None) -> None:
    """Create a ServiceAccount that allows the connector `orders`, or one with other annotations."""
    metadata = {"name": name, "annotations": ALLOWED if annotations is None else annotations}
    path = f"/api/v1/namespaces/{namespace.name}/serviceaccounts"
    await namespace.api.request("POST", path, body={"metadata": metadata})


async def test_a_token_of_the_cluster_is_accepted_by_the_provider(
    operator: OperatorProcess, provider: AuthlibServer, namespace: Namespace
) -> None:
    """The server verifies signature, issuer, subject, audience and times; no JWT is in log, status or output."""
    await add_account(namespace)
    await namespace.add_connector("orders", spec_of(provider))
    await namespace.wait_for_conditions("orders", within=30, Ready="TokenIssued")
    claims = provider.accepted[-1]
    assert (claims["iss"], claims["aud"]) == (ISSUER, [provider.url])
    assert claims["sub"] == f"system:serviceaccount:{namespace.name}:robot"
    assert claims["exp"] - claims["iat"] == 600
    assert await namespace.token("orders-token") == provider.issued[-1]
    shown = json.dumps([await namespace.get("oauthconnectors", "orders"), await namespace.values("orders-token")])
    assert A_JWT not in operator.read_log() + shown


async def test_each_refresh_presents_another_token(
    operator: OperatorProcess, provider: AuthlibServer, namespace: Namespace
) -> None:
    """Its identifier differs, so that a strict server accepts it."""
    del operator
    await add_account(namespace)
    await namespace.add_connector("orders", spec_of(provider))
    await namespace.wait_for_conditions("orders", within=30, Ready="TokenIssued")
    await namespace.request_refresh("orders", "1")

    async def is_refreshed() -> bool:
        return len(provider.issued) == 2

    await until(is_refreshed, within=30)
    assert len({claims["jti"] for claims in provider.accepted}) == 2


async def test_the_annotation_is_needed_and_noticed(
    operator: OperatorProcess, provider: AuthlibServer, namespace: Namespace
) -> None:
    """Without it there is no request; a refresh that a user requests finds it at once."""
    del operator
    await add_account(namespace, annotations={})
    await namespace.add_connector("orders", spec_of(provider))
    await namespace.wait_for_conditions(
        "orders", within=30, not_Ready="ServiceAccountNotAllowed", Stalled="ServiceAccountNotAllowed"
    )
    assert provider.accepted == []
    await namespace.edit("serviceaccounts", "robot", {"metadata": {"annotations": ALLOWED}})
    await namespace.wait_for_conditions("orders", within=90, Ready="TokenIssued")


async def test_another_account_is_refused_by_the_provider(
    operator: OperatorProcess, provider: AuthlibServer, namespace: Namespace
) -> None:
    """The message names the subject that would have to be registered."""
    del operator
    await add_account(namespace, name="stranger")
    await namespace.add_connector("orders", spec_of(provider, name="stranger"))
    await namespace.wait_for_conditions(
        "orders", within=30, not_Ready="CredentialsRejected", Stalled="CredentialsRejected"
    )
    status = (await namespace.get("oauthconnectors", "orders") or {})["status"]
    assert f"`system:serviceaccount:{namespace.name}:stranger`" in status["conditions"][0]["message"]


async def test_an_install_without_the_setting_asks_for_it(
    start_operator: StartOperator, provider: AuthlibServer, namespace: Namespace
) -> None:
    """The default of each install."""
    await start_operator(provider.port)
    await add_account(namespace)
    await namespace.add_connector("orders", spec_of(provider))
    await namespace.wait_for_conditions(
        "orders", within=30, not_Ready="ServiceAccountTokensDisabled", Stalled="ServiceAccountTokensDisabled"
    )
    assert provider.accepted == []
