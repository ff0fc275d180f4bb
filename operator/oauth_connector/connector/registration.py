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
from oauth_connector.consent_protocol.addresses import redirect_uri
from oauth_connector.consent_protocol.client_documents import build_document_url, name_client
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.registration import ClientMetadata, RegisteredClient, choose_method


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


def build_document_client(issuer: str, key: Key, public_url: str) -> RegisteredClient:
    """Return the client that is identified by its document."""
    return RegisteredClient(
        issuer,
        build_document_url(public_url, key.namespace, key.name),
        redirect_uri(public_url, key.namespace, key.name),
    )


def is_wanted(client: RegisteredClient, connector: Connector, policy: ConsentPolicy) -> bool:
    """Return whether the spec still wants a client that was registered before."""
    wanted, key = _find_wanted(connector.spec), connector.key
    document = build_document_url(policy.public_url or "", key.namespace, key.name)
    is_document = client.id == document
    return wanted is None or (wanted is RegistrationMethod.METADATA_DOCUMENT) == is_document


def describe_client(connector: Connector, found: ServerMetadata, redirect: str) -> ClientMetadata:
    """Return what is registered: the redirect URI of the connector, and the scopes that it will ask for."""
    return ClientMetadata(
        name_client(connector.key.namespace, connector.key.name),
        redirect,
        choose_method(found.authentication_methods),
        connector.spec.separator.join(list_authorization_scopes(connector.spec, found)),
        is_native=urlsplit(redirect).hostname in LOOPBACK,
    )
