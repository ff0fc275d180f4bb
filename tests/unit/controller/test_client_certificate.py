"""The client certificate of a client authentication method reaches each request of its connector (RFC 8705 §2)."""

from collections.abc import Mapping

from pydantic import SecretStr

from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import RequestContext, TLSIdentity, TLSOptions
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import a_connector, a_spec
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_provider import FakeProvider
from tests.support.signing_keys import P256_KEY, write_certificate, write_pem

ISSUER = "https://login.example.com"
TRUST = {"caBundleRef": {"name": "ca"}}
MUTUAL = {"id": "robot", "tlsSecretRef": {"name": "certificate"}}
SECRET = {"id": "robot", "secretRef": {"name": "robot"}}
IDENTITY = TLSIdentity(write_certificate(P256_KEY).strip(), SecretStr(write_pem(P256_KEY).strip()))


class RecordingProvider(FakeProvider):
    """A provider that records the TLS options of each request."""

    def __init__(self) -> None:
        super().__init__()
        self.discovered: list[TLSOptions] = []
        self.sent: list[TLSOptions] = []

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Record the options of a discovery."""
        self.discovered.append(context.tls)
        return await super().find(issuer, context)

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Record the options of a token request or a revocation."""
        self.sent.append(context.tls)
        return await super().send(request, context)


def client_of(provider: RecordingProvider) -> TokenClient:
    """Return a token client over fakes, with the certificate of the client, its secret, and a CA bundle."""
    cluster = FakeCluster()
    cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    pair = {"tls.crt": IDENTITY.certificate_chain.encode(), "tls.key": IDENTITY.private_key.get_secret_value().encode()}
    cluster.add_credential("shop", "certificate", **pair)
    cluster.config_maps["shop", "ca"] = {"ca.crt": "the authority"}
    return TokenClient(cluster, provider, lambda: 0.0)


async def prepare(
    client: TokenClient, provider: Mapping[str, object], described: Mapping[str, object] = MUTUAL
) -> PreparedRequest:
    """Prepare the request of a connector with a client."""
    connector = a_connector(a_spec(provider={**provider, **TRUST}, client=dict(described)))
    prepared = await client.prepare_request(connector)
    assert isinstance(prepared, PreparedRequest)
    return prepared


async def test_a_token_request_presents_the_certificate_of_its_client() -> None:
    """The certificate joins the CA bundle of the spec, and the discovery before it presents none."""
    provider = RecordingProvider()
    client = client_of(provider)
    prepared = await prepare(client, {"issuer": ISSUER})
    assert prepared.own is not None
    await client.present_grant(prepared, prepared.own)
    assert provider.sent == [TLSOptions("the authority", IDENTITY)]
    assert provider.discovered == [TLSOptions("the authority")]


async def test_a_revocation_presents_the_certificate_of_its_client() -> None:
    """The client authenticates at the revocation endpoint too (RFC 7009 §2.1); the metadata are read without it."""
    provider = RecordingProvider()
    client = client_of(provider)
    prepared = await prepare(client, {"issuer": ISSUER})
    assert not isinstance(await client.find_revocation_endpoint(prepared), Problem)
    await client.revoke(prepared, f"{ISSUER}/revoke", SecretStr("token"), "access_token")
    assert [each.identity is not None for each in provider.sent] == [True]
    assert provider.discovered == [TLSOptions("the authority")]


async def test_a_client_without_a_certificate_presents_none() -> None:
    """The TLS options contain the CA bundle of the spec alone."""
    provider = RecordingProvider()
    client = client_of(provider)
    prepared = await prepare(client, {"tokenURL": f"{ISSUER}/token"}, SECRET)
    assert prepared.context.tls == TLSOptions("the authority")
