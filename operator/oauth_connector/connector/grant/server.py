"""Which authorization server gets what a grant presents: the one that issued it, and no other of the same resource."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.metadata import ServerMetadata, is_same_issuer
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.registration import RegisteredClient


@dataclass(frozen=True, slots=True)
class GrantServer:
    """What a stored grant, or a consent, says of its server: the token endpoint of a redirect, the issuer, the client.

    `client` is the one that was registered at the issuer, if the spec names none.
    """

    token_url: str | None = None
    issuer: str | None = None
    client: RegisteredClient | None = None

    def pin(self, found: ServerMetadata | None) -> "GrantServer":
        """Return the server with the issuer that a resource has led to: it may name another one a moment later."""
        return replace(self, issuer=found.issuer) if found is not None and found.resource is not None else self


NO_SERVER = GrantServer()
"""Nothing is known of the server but what the spec says."""


def choose_issuer(connector: Connector, resource: ProtectedResource, pinned: str | None) -> str | Problem:
    """Return the authorization server of a resource: the one of the spec, else the pinned one, else the first.

    Nothing is sent to another server than the one that is known, whatever the resource says now.
    """
    named = connector.spec.provider.issuer
    wanted = named or pinned or find_pinned(connector)
    if wanted is None:
        return resource.servers[0]
    found = next((each for each in resource.servers if is_same_issuer(each, wanted)), None)
    if found is not None:
        return found
    if named is not None:
        return Problem(Reason.ISSUER_NOT_LISTED, Remedy.FIX_SPEC)
    is_of_user = connector.spec.needs_consent
    return Problem(Reason.ISSUER_CHANGED, Remedy.CONSENT_AGAIN if is_of_user else Remedy.FIX_SPEC)


def find_pinned(connector: Connector) -> str | None:
    """Return the issuer that the first token of a client came from. After a user's consent the grant contains it."""
    recorded = connector.status.provider
    return recorded.issuer if recorded is not None and not connector.spec.needs_consent else None


def has_required_pkce(spec: OAuthConnectorSpec, found: ServerMetadata) -> bool:
    """Return whether a server that a resource has led to lists the PKCE method S256, where it is used."""
    is_used = spec.provider.resource is not None and spec.needs_pkce and not spec.has_plain_pkce
    return found.has_s256 or not is_used


def find_registered(stored: Iterable[RegisteredClient | None], shown: RegisteredClient) -> RegisteredClient:
    """Return the stored client that a consent shows, with its secret; else the one that its document identifies."""
    known = (each for each in stored if each is not None)
    return next((each for each in known if (each.issuer, each.id) == (shown.issuer, shown.id)), shown)
