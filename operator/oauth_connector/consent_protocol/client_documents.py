"""The metadata document of a client: its URL is the identifier of the client (Client ID Metadata Document).

Consent server and operator compute it from names alone, so that the consent server needs to read nothing, and a
document says nothing of what exists. It contains no secret.
"""

from oauth_connector.consent_protocol.addresses import redirect_uri
from oauth_connector.oauth.registration import ClientMetadata

DOCUMENT_ROUTE = "/clients/{namespace}/{name}.json"


def build_document_url(public_url: str, namespace: str, connector: str) -> str:
    """Return the identifier of a connector's client: the URL of its document."""
    return public_url.rstrip("/") + DOCUMENT_ROUTE.format(namespace=namespace, name=connector)


def name_client(namespace: str, connector: str) -> str:
    """Return the name of a connector's client, which an authorization server shows to the user."""
    return f"OAuth Connector {namespace}/{connector}"


def build_document(public_url: str, namespace: str, connector: str) -> dict[str, object]:
    """Return the document: a public client, whose codes are protected by PKCE and by its own redirect URI."""
    metadata = ClientMetadata(name_client(namespace, connector), redirect_uri(public_url, namespace, connector))
    return {"client_id": build_document_url(public_url, namespace, connector), **metadata.to_members()}
