"""A connector that exchanges the token of another one (RFC 8693), at a real server and a real API server."""

import secrets
from typing import Any

from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.support.cluster import Namespace
from tests.support.grant_connectors import GrantConnector
from tests.support.operator_process import OperatorProcess

FROM_USER = {"subjectToken": {"connectorRef": {"name": "user"}}}


async def connect(namespace: Namespace, server: AuthorizationServer, name: str, **spec: Any) -> GrantConnector:
    """Create a connector with a client of its own, and wait for its token."""
    secret = f"c4n4ry-{secrets.token_hex(8)}"
    client = server.register(secret=secret)
    await namespace.add_secret(f"{name}-client", client_secret=secret)
    own = {"id": client.id, "secretRef": {"name": f"{name}-client"}}
    await namespace.add_connector(name, {"provider": {"tokenURL": server.token_url}, "client": own, **spec})
    connector = GrantConnector(namespace, server, name, client)
    await connector.wait_for_conditions(Ready="TokenIssued")
    return connector


async def read_token(connector: GrantConnector) -> SecretStr:
    """Return the token in the output Secret, which the server accepts."""
    token = SecretStr(await connector.namespace.token(f"{connector.name}-token") or "")
    assert connector.server.is_live(token)
    return token


async def test_the_next_token_of_a_connector_is_exchanged_after_its_refresh(
    operator: OperatorProcess, namespace: Namespace, oidc_provider: AuthorizationServer
) -> None:
    """The first token is revoked then, so that the server would refuse an exchange of it."""
    del operator
    user = await connect(namespace, oidc_provider, "user", grantType="ClientCredentials")
    allowed = {"annotations": {"oauthconnector.dev/allowed-hosts": "127.0.0.1"}}
    await namespace.edit("secrets", "user-token", {"metadata": allowed})
    agent = await connect(namespace, oidc_provider, "agent", grantType="TokenExchange", tokenExchange=FROM_USER)
    presented, exchanged = await read_token(user), await read_token(agent)
    await user.refresh("again")
    oidc_provider.revoke(presented, user.client)
    assert not oidc_provider.is_live(presented)
    await agent.refresh("again")
    tokens = (presented, exchanged, await read_token(user), await read_token(agent))
    assert len({token.get_secret_value() for token in tokens}) == 4
