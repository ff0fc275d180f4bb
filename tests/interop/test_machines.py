"""Machines at a protected resource (RFC 9728): client credentials with a key, and no user."""

import secrets
import time

from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient
from oauth_connector.connector.grant.results import TokenObtained
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.provider_client import HTTPProviderClient
from tests.support.builders import a_connector, a_spec
from tests.support.fake_cluster import FakeCluster
from tests.support.protected_resource import serve_resource
from tests.support.signing_keys import P256_KEY, build_jwks, write_pem


async def test_a_machine_with_a_key_gets_a_token_for_a_resource(oidc_provider: AuthorizationServer) -> None:
    """The resource leads to its server and to the scope, and the server verifies the assertion."""
    name = f"machine-{secrets.token_hex(4)}"
    keys = {"jwks": build_jwks(P256_KEY)}
    oidc_provider.put_client(RegisteredClient(name, SecretStr(""), "private_key_jwt", metadata=keys))
    cluster = FakeCluster()
    cluster.add_credential("shop", "key", **{"tls.key": write_pem(P256_KEY).encode()})
    loopback = AllowedDestination(host="127.0.0.1", ports=tuple(range(1024, 65536)), http=True)
    async with HTTPProviderClient(Egress([loopback])) as provider, serve_resource(oidc_provider) as port:
        spec = a_spec(
            provider={"resource": f"http://127.0.0.1:{port}/mcp"}, client={"id": name, "keyRef": {"name": "key"}}
        )
        obtained = await TokenClient(cluster, provider, time.time).request_token(a_connector(spec))
    assert isinstance(obtained, TokenObtained), obtained
    assert obtained.token.scope == ("read",)
    assert oidc_provider.is_live(obtained.token.access_token)
