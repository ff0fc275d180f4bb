"""Connectors whose requests are pushed (RFC 9126) at oidc-provider, from the consent to a refreshed token.

Real are the API server, the operator and the authorization server. The test plays the consent server and the user.
"""

import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient
from devtools.cluster.pki import Authority
from oauth_connector.consent_protocol.addresses import redirect_uri
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import RequestContext, TLSOptions
from tests.support.cluster import Namespace, until
from tests.support.consent_server_replicas import ConsentServerReplicas
from tests.support.control_plane import StartOperator
from tests.support.manual_consent import ManualConsent
from tests.support.operator_process import OperatorProcess
from tests.support.protected_resource import serve_resource

PUBLIC = "https://connect.example.com"


@pytest.fixture
async def metadata(mutual_server: AuthorizationServer, authority: Authority) -> ServerMetadata:
    """Return the metadata of the server."""
    allowed = AllowedDestination(cidr="127.0.0.0/8", ports=(mutual_server.port,))
    context = RequestContext(0.0, tls=TLSOptions(authority.certificate.read_text()))
    async with HTTPProviderClient(Egress([allowed])) as client:
        found = await client.find(mutual_server.issuer, context)
    assert isinstance(found, ServerMetadata)
    return found


async def authorize_by_push(namespace: Namespace, server: AuthorizationServer) -> ManualConsent:
    """Let a user consent to a pushed request of connector `crm`, and wait for the token."""
    consent = await ManualConsent.create(namespace, "crm")
    await consent.answer(server, pushes=True)
    await consent.wait_for_reason("AwaitingConfirmation")
    await consent.confirm()
    await consent.wait_for_reason("Authorized")
    return consent


async def read_token(namespace: Namespace, than: str = "") -> SecretStr:
    """Wait for another token in the output Secret; return it."""

    async def is_there() -> bool:
        return (await namespace.values("crm-token") or {}).get("access_token", "") not in ("", than)

    await until(is_there, within=60)
    return SecretStr((await namespace.values("crm-token") or {})["access_token"])


async def test_request_of_a_client_with_a_certificate_is_pushed_at_the_alias(
    namespace: Namespace,
    mutual_server: AuthorizationServer,
    authority: Authority,
    metadata: ServerMetadata,
    start_operator: StartOperator,
) -> None:
    """The server accepts nothing else of this client, and the certificate authenticates each request (RFC 8705 §5)."""
    aliases = metadata.with_aliases()
    port = urlsplit(aliases.token_endpoint).port
    assert port not in (None, mutual_server.port)
    await start_operator(mutual_server.port, port or 0, publicURL=PUBLIC, namespace="oauth-connector-system")
    client = register_with_certificate(mutual_server, redirect_uri(PUBLIC, namespace.name, "crm"))
    certificate, key = (path.read_text() for path in authority.client(client.id))
    await add_tls_secret(namespace, certificate, key)
    await namespace.add_connector(
        "crm",
        {
            "grantType": "AuthorizationCode",
            "provider": {
                "issuer": mutual_server.issuer,
                "caBundle": b64encode(authority.certificate.read_bytes()).decode(),
            },
            "client": {"id": client.id, "tlsSecretRef": {"name": "crm-client"}},
            "scope": "read offline_access",
            "authorizationCode": {"parameters": {"prompt": "consent"}},
            "refresh": {"before": "50s"},
        },
    )
    consent = await authorize_by_push(namespace, mutual_server)
    request = await consent.request()
    assert (request.push_endpoint, request.push_required) == (aliases.pushed_request_endpoint, None)
    first = await read_token(namespace)
    assert mutual_server.is_live(first)
    assert mutual_server.is_live(await read_token(namespace, first.get_secret_value()))
    assert [(entry.kind, entry.result) for entry in mutual_server.journal(client)][:2] == [
        ("code", "granted"),
        ("refresh", "granted"),
    ]


async def test_request_of_a_registered_client_is_pushed(
    namespace: Namespace, oidc_provider: AuthorizationServer, resource: int, start_operator: StartOperator
) -> None:
    """The client that the resource has led to authenticates the push; its grant is for offline access.

    The deleted connector ends its registration.
    """
    operator = await start_operator(oidc_provider.port, resource, publicURL=PUBLIC, namespace="oauth-connector-system")
    spec = {"grantType": "AuthorizationCode", "provider": {"resource": f"http://127.0.0.1:{resource}/mcp"}}
    await namespace.add_connector("crm", {**spec, "refresh": {"before": "50s"}})
    consent = await authorize_by_push(namespace, oidc_provider)
    request = await consent.request()
    assert request.push_endpoint == f"{oidc_provider.issuer}/request"
    assert request.scope == "read offline_access"
    first = await read_token(namespace)
    assert oidc_provider.is_live(first)
    assert oidc_provider.is_live(await read_token(namespace, first.get_secret_value()))
    await namespace.delete("oauthconnectors", "crm")
    await until(lambda: _is_logged(operator, "registration deleted"))


async def _is_logged(operator: OperatorProcess, text: str) -> bool:
    return text in operator.read_log()


async def test_request_of_a_client_with_a_document_is_signed_for_the_issuer(
    namespace: Namespace,
    oidc_provider_tls: AuthorizationServer,
    consent_site: ConsentServerReplicas,
    start_operator: StartOperator,
) -> None:
    """Push, exchange and refresh contain assertions, which the server verifies with the keys of the consent server."""
    assert oidc_provider_tls.ca is not None
    async with serve_resource(oidc_provider_tls) as resource:
        ports = (oidc_provider_tls.port, resource)
        await start_operator(*ports, publicURL=consent_site.url, namespace="oauth-connector-system")
        trust = b64encode(oidc_provider_tls.ca.read_bytes()).decode()
        spec = {
            "grantType": "AuthorizationCode",
            "provider": {"resource": f"http://127.0.0.1:{resource}/mcp", "caBundle": trust},
            "client": {"registration": {"method": "MetadataDocument"}, "authentication": "PrivateKeyJWT"},
            "refresh": {"before": "50s"},
        }
        await namespace.add_connector("crm", spec)
        consent = await authorize_by_push(namespace, oidc_provider_tls)
        assert (await consent.request()).client_id == f"{consent_site.url}/signed-clients/{namespace.name}/crm.json"
        first = await read_token(namespace)
        assert oidc_provider_tls.is_live(first)
        assert oidc_provider_tls.is_live(await read_token(namespace, first.get_secret_value()))


@pytest.fixture
async def resource(oidc_provider: AuthorizationServer) -> AsyncIterator[int]:
    """Return the port of a protected resource of oidc-provider."""
    async with serve_resource(oidc_provider) as port:
        yield port


def register_with_certificate(server: AuthorizationServer, redirect: str) -> RegisteredClient:
    """Register a client that authenticates with a certificate, and from which only pushed requests are accepted."""
    name = f"robot-{secrets.token_hex(4)}"
    members = {"tls_client_auth_subject_dn": f"CN={name}", "require_pushed_authorization_requests": True}
    client = RegisteredClient(name, SecretStr(""), "tls_client_auth", 60, (redirect,), metadata=members)
    server.put_client(client)
    return client


async def add_tls_secret(namespace: Namespace, certificate: str, key: str) -> None:
    """Store a certificate and its key as cert-manager does."""
    data = {"tls.crt": certificate, "tls.key": key}
    body = {"metadata": {"name": "crm-client"}, "type": "kubernetes.io/tls", "stringData": data}
    await namespace.api.request("POST", f"/api/v1/namespaces/{namespace.name}/secrets", body=body)
