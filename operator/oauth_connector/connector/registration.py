"""How a connector that names no client gets one: by a metadata document, or by registration."""

from urllib.parse import urlsplit

from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.origins import LOOPBACK
from oauth_connector.api.v1alpha1.registration import RegistrationMethod
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.consent.request import ConsentPolicy
from oauth_connector.connector.effective import list_authorization_scopes
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.connector.status.problem import Problem
from oauth_connector.consent_protocol.addresses import callback_path, redirect_uri
from oauth_connector.consent_protocol.client_documents import build_document_url, name_client
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.metadata import PRIVATE_KEY_JWT, ServerMetadata
from oauth_connector.oauth.registration import (
    CLIENT_KEY_ALGORITHM,
    NONE,
    ClientMetadata,
    RegisteredClient,
    choose_method,
)


def choose_registration(
    connector: Connector, found: ServerMetadata, policy: ConsentPolicy
) -> RegistrationMethod | Problem:
    """Return how the client gets known to a server: a document is preferred, since nothing has to be kept of it."""
    wanted = _find_wanted(connector.spec)
    if wanted is not RegistrationMethod.DYNAMIC and _may_use_document(connector, found, policy):
        return RegistrationMethod.METADATA_DOCUMENT
    if wanted is not RegistrationMethod.METADATA_DOCUMENT and found.registration_endpoint is not None:
        return RegistrationMethod.DYNAMIC
    return Problem(Reason.REGISTRATION_UNSUPPORTED, Remedy.FIX_SPEC)


def _find_wanted(spec: OAuthConnectorSpec) -> RegistrationMethod | None:
    return spec.client.registration.method if spec.client.registration is not None else None


def _may_use_document(connector: Connector, found: ServerMetadata, policy: ConsentPolicy) -> bool:
    """Return whether the server accepts documents, and can fetch the one of this connector."""
    public, key = policy.public_url, connector.key
    if public is None or not public.startswith("https:"):
        return False
    return found.accepts_documents and policy.redirect_of(connector) == redirect_uri(public, key.namespace, key.name)


def build_document_client(connector: Connector, found: ServerMetadata, public_url: str) -> RegisteredClient:
    """Return the client that is identified by one of its documents."""
    key, is_signed = connector.key, _is_signing(connector.spec, found)
    url = build_document_url(public_url, key.namespace, key.name, is_signed=is_signed)
    return describe_shown_client(key, found.issuer, url, redirect_uri(public_url, key.namespace, key.name))


def _is_signing(spec: OAuthConnectorSpec, found: ServerMetadata) -> bool:
    """Return whether the client signs assertions: where the spec wants that, or the server allows nothing else."""
    if spec.client.authentication is not None:
        return spec.client.authentication is ClientAuthentication.PRIVATE_KEY_JWT
    methods, algorithms = found.authentication_methods, found.signing_algorithms
    is_understood = not algorithms or CLIENT_KEY_ALGORITHM in algorithms
    return PRIVATE_KEY_JWT in methods and NONE not in methods and is_understood


def describe_shown_client(key: Key, issuer: str, client_id: str, redirect: str) -> RegisteredClient:
    """Return the client with the identifier that a user was shown; its document says whether it signs assertions."""
    public_url = redirect.removesuffix(callback_path(key.namespace, key.name))
    signed = build_document_url(public_url, key.namespace, key.name, is_signed=True)
    return RegisteredClient(issuer, client_id, redirect, PRIVATE_KEY_JWT if client_id == signed else NONE)


def is_wanted(client: RegisteredClient, connector: Connector, policy: ConsentPolicy) -> bool:
    """Return whether the spec still wants a client that was registered before."""
    wanted, key, method = _find_wanted(connector.spec), connector.key, connector.spec.client.authentication
    signed, public = (
        build_document_url(policy.public_url or "", key.namespace, key.name, is_signed=is_signed)
        for is_signed in (True, False)
    )
    if client.id in (signed, public) and method is not None:
        return (client.id == signed) == (method is ClientAuthentication.PRIVATE_KEY_JWT)
    return wanted is None or (wanted is RegistrationMethod.METADATA_DOCUMENT) == (client.id in (signed, public))


def describe_client(connector: Connector, found: ServerMetadata, redirect: str) -> ClientMetadata:
    """Return what is registered: the redirect URI of the connector, and the scopes that it will ask for."""
    is_public = connector.spec.client.authentication is ClientAuthentication.NONE
    return ClientMetadata(
        name_client(connector.key.namespace, connector.key.name),
        redirect,
        NONE if is_public else choose_method(found.authentication_methods),
        connector.spec.separator.join(list_authorization_scopes(connector.spec, found)),
        is_native=urlsplit(redirect).hostname in LOOPBACK,
    )
