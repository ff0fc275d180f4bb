"""Clients with a certificate (RFC 8705) at oidc-provider, by the operator's own token client and connections."""

import secrets
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient
from devtools.cluster.pki import Authority
from oauth_connector.api.reasons import Reason
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.oauth.revocation import Revocation
from tests.support.builders import a_connector, a_spec
from tests.support.fake_cluster import FakeCluster


class Robot:
    """A client of the server, and the cluster with its Secrets."""

    def __init__(self, server: AuthorizationServer, authority: Authority, provider: HTTPProviderClient) -> None:
        self.id = f"robot-{secrets.token_hex(4)}"
        self.server, self.authority = server, authority
        self.cluster = FakeCluster()
        self.cluster.config_maps["shop", "ca"] = {"ca.crt": authority.certificate.read_text()}
        self.token_client = TokenClient(self.cluster, provider, time.time)

    def register(self, authentication: str = "tls_client_auth") -> None:
        """Register the client, which authenticates as the subject with its name."""
        members = {"tls_client_auth_subject_dn": f"CN={self.id}"} if authentication == "tls_client_auth" else {}
        client = RegisteredClient(self.id, SecretStr("s3cret"), authentication, metadata=members)  # type: ignore[arg-type]  # a name of RFC 7591
        self.server.put_client(client)

    def store_certificate(self, user: str | None = None) -> None:
        """Store a new certificate and its key, as cert-manager does when it renews one."""
        certificate, key = self.authority.client(user or self.id)
        data = {"tls.crt": certificate.read_bytes(), "tls.key": key.read_bytes()}
        self.cluster.add_credential("shop", "certificate", **data)

    async def request(self, **client: Any) -> TokenObtained | RequestFailed:
        """Request a token."""
        return await self.token_client.request_token(self.connector(**client))

    def connector(self, **client: Any) -> Any:
        """Return the connector, whose provider is named by its issuer alone."""
        described = {"id": self.id, "tlsSecretRef": {"name": "certificate"}, **client}
        return a_connector(
            a_spec(provider={"issuer": self.server.issuer, "caBundleRef": {"name": "ca"}}, client=described)
        )


@pytest.fixture
async def robot(mutual_server: AuthorizationServer, authority: Authority) -> AsyncIterator[Robot]:
    """Return a client that may connect to loopback."""
    loopback = AllowedDestination(cidr="127.0.0.0/8", ports=tuple(range(1024, 65536)))
    async with HTTPProviderClient(Egress([loopback])) as provider:
        yield Robot(mutual_server, authority, provider)


async def test_certificate_authenticates_the_client(robot: Robot) -> None:
    """The request goes to the alias that the metadata name, with the certificate, and no secret is sent."""
    robot.register()
    robot.store_certificate()
    prepared = await robot.token_client.prepare_request(robot.connector())
    assert isinstance(prepared, PreparedRequest)
    assert urlsplit(prepared.endpoint).port != robot.server.port
    obtained = await robot.token_client.present_own(prepared)
    assert isinstance(obtained, TokenObtained)
    assert robot.server.is_live(obtained.token.access_token)


async def test_revocation_uses_certificate_and_alias(robot: Robot) -> None:
    """The revocation endpoint has an alias, too, and the client authenticates there."""
    robot.register()
    robot.store_certificate()
    prepared = await robot.token_client.prepare_request(robot.connector())
    assert isinstance(prepared, PreparedRequest)
    obtained = await robot.token_client.present_own(prepared)
    assert isinstance(obtained, TokenObtained)
    endpoint = await robot.token_client.find_revocation_endpoint(prepared)
    assert isinstance(endpoint, str)
    assert urlsplit(endpoint).port == urlsplit(prepared.endpoint).port
    access_token = obtained.token.access_token
    assert await robot.token_client.revoke(prepared, endpoint, access_token, "access_token") is Revocation.REVOKED
    assert not robot.server.is_live(access_token)


async def test_renewed_certificate_is_used_at_once(robot: Robot) -> None:
    """The next request presents the new certificate, on a connection of its own."""
    robot.register()
    robot.store_certificate("another")
    refused = await robot.request()
    assert isinstance(refused, RequestFailed)
    assert refused.problem.reason is Reason.CREDENTIALS_REJECTED
    robot.store_certificate()
    assert isinstance(await robot.request(), TokenObtained)


async def test_certificate_beside_a_secret_is_presented(robot: Robot) -> None:
    """A server that demands both gets both: the connection has the certificate, the form the secret."""
    robot.register("client_secret_post")
    robot.store_certificate("another")
    robot.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    client = {"secretRef": {"name": "robot"}, "authentication": "Post"}
    assert isinstance(await robot.request(**client), TokenObtained)


async def test_certificate_of_another_key_is_reported(robot: Robot, authority: Authority) -> None:
    """Nothing is sent, and the condition names the key of the Secret."""
    certificate, _ = authority.client("one")
    _, key = authority.client("other")
    data = {"tls.crt": certificate.read_bytes(), "tls.key": key.read_bytes()}
    robot.cluster.add_credential("shop", "certificate", **data)
    failed = await robot.request()
    assert isinstance(failed, RequestFailed)
    assert failed.problem.reason is Reason.CREDENTIALS_INVALID
    assert failed.problem.facts["key"] == "tls.crt"
    assert "belongs to another key" in failed.problem.facts["cause"]
