"""The metadata documents of a client: the URL of one is the identifier of the client (Client ID Metadata Document).

Consent server and operator compute them from names alone, so that the consent server needs to read nothing, and a
document says nothing of what exists. They contain no secret. Each connector has two: of a public client, and of one
that signs assertions. A server reads the second one's key from a set that is the same for all connectors.
"""

from oauth_connector.consent_protocol.addresses import redirect_uri
from oauth_connector.oauth.metadata import PRIVATE_KEY_JWT
from oauth_connector.oauth.registration import NONE, ClientMetadata

DOCUMENT_ROUTE = "/clients/{namespace}/{name}.json"
SIGNED_DOCUMENT_ROUTE = "/signed-clients/{namespace}/{name}.json"
KEYS_ROUTE = "/signed-clients/keys.json"


def build_document_url(public_url: str, namespace: str, connector: str, *, is_signed: bool = False) -> str:
    """Return the identifier of a connector's client: the URL of its document, public or with signed assertions."""
    route = SIGNED_DOCUMENT_ROUTE if is_signed else DOCUMENT_ROUTE
    return public_url.rstrip("/") + route.format(namespace=namespace, name=connector)


def name_client(namespace: str, connector: str) -> str:
    """Return the name of a connector's client, which an authorization server shows to the user."""
    return f"OAuth Connector {namespace}/{connector}"


def build_document(public_url: str, namespace: str, connector: str, *, is_signed: bool = False) -> dict[str, object]:
    """Return a document. PKCE and a redirect URI of its own protect the codes of a client; `is_signed` as above."""
    metadata = ClientMetadata(
        name_client(namespace, connector),
        redirect_uri(public_url, namespace, connector),
        PRIVATE_KEY_JWT if is_signed else NONE,
        keys_url=public_url.rstrip("/") + KEYS_ROUTE if is_signed else None,
    )
    url = build_document_url(public_url, namespace, connector, is_signed=is_signed)
    return {"client_id": url, **metadata.to_members()}
