"""The client certificate of a client authentication method reaches each request of its connector (RFC 8705 §2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.client import ClientSpec
from oauth_connector.api.v1alpha1.references import CredentialValues
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.client_auth.client import Authentication, Client
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import RequestContext, TLSIdentity, TLSOptions
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import a_connector, a_spec
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_provider import FakeProvider

ISSUER = "https://login.example.com"
TRUST = {"caBundleRef": {"name": "ca"}}


@dataclass(frozen=True, slots=True)
class CertificateClient(Client):
    """A client that authenticates with its certificate alone (`tls_client_auth`, RFC 8705 §2.1.2)."""

    certificate_chain: str
    private_key: SecretStr

    parameter_names = frozenset({"client_id"})

    @property
    def tls_identity(self) -> TLSIdentity:
        """Return the certificate with its key."""
        return TLSIdentity(self.certificate_chain, self.private_key)

    def authenticate(self, context: RequestContext) -> Authentication:  # noqa: ARG002  # the same for every request
        """Return the identifier as a form parameter."""
        return Authentication(form=(("client_id", self.id),))

    def identity(self) -> tuple[str, ...]:
        """Return the method, the identifier and the key."""
        return ("certificate", self.id, self.private_key.get_secret_value())


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


class CertificateClientSpec(ClientSpec):
    """A client of a spec whose method is a certificate, as an entry in `api/v1alpha1/client.py` would build it."""

    def build_client(self, authentication: ClientAuthentication, values: CredentialValues) -> Client:  # noqa: ARG002  # one method
        """Build the client with its certificate."""
        return CertificateClient(self.id or "", "the chain", values["secretRef"])


def client_of(provider: RecordingProvider) -> TokenClient:
    """Return a token client over fakes, with the key of the client and a CA bundle."""
    cluster = FakeCluster()
    cluster.add_credential("shop", "robot", client_secret=b"the key")
    cluster.config_maps["shop", "ca"] = {"ca.crt": "the authority"}
    return TokenClient(cluster, provider, lambda: 0.0)


async def prepare(
    client: TokenClient, provider: Mapping[str, object], kind: type[ClientSpec] = CertificateClientSpec
) -> PreparedRequest:
    """Prepare the request of a connector with a kind of client."""
    connector = a_connector(a_spec(provider={**provider, **TRUST}))
    described = kind.model_validate(dict(connector.spec.client))
    prepared = await client.prepare_request(
        replace(connector, spec=connector.spec.model_copy(update={"client": described}))
    )
    assert isinstance(prepared, PreparedRequest)
    return prepared


async def test_a_token_request_presents_the_certificate_of_its_client() -> None:
    """The certificate joins the CA bundle of the spec, and the discovery before it presents none."""
    provider = RecordingProvider()
    client = client_of(provider)
    prepared = await prepare(client, {"issuer": ISSUER})
    assert prepared.own is not None
    await client.present_grant(prepared, prepared.own)
    assert provider.sent == [TLSOptions("the authority", TLSIdentity("the chain", SecretStr("the key")))]
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
    prepared = await prepare(client, {"tokenURL": f"{ISSUER}/token"}, ClientSpec)
    assert prepared.context.tls == TLSOptions("the authority")
