"""What a user should know of a token though nothing is wrong: one Event, when it becomes true."""

from collections.abc import Iterator
from typing import Final

from oauth_connector.api.schema.times import to_epoch
from oauth_connector.api.v1alpha1.client_fields import AcceptedSecret
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.effective import has_chosen_lifetime
from oauth_connector.connector.schedule.refresh_policy import refresh_policy
from oauth_connector.connector.schedule.refresh_time import is_before_ignored
from oauth_connector.oauth.lifetimes import LifetimeSource

REFRESH_BEFORE_IGNORED: Final = "RefreshBeforeIgnored"
LIFETIME_INTERPRETED: Final = "LifetimeInterpreted"
LIFETIME_ASSUMED: Final = "LifetimeAssumed"
SCOPES_NARROWED: Final = "ScopesNarrowed"
PREVIOUS_SECRET_USED: Final = "PreviousSecretUsed"

NOTES = {
    PREVIOUS_SECRET_USED: "The provider refuses the client secret in spec.client.secretRef and accepts the one in"
    " spec.client.previousSecretRef. Compare the new secret with the registration before the old one expires.",
    REFRESH_BEFORE_IGNORED: "spec.refresh.before is not shorter than the lifetime of the token and is ignored. Set it"
    " to a value that is shorter than the lifetime.",
    LIFETIME_INTERPRETED: "The lifetime in the token response has no known unit or time zone. The operator assumes the"
    " most plausible one: see status.expirationTime.",
    LIFETIME_ASSUMED: "The token response contains no plausible lifetime. The operator assumes"
    " spec.refresh.defaultLifetime: set it to the lifetime that the provider documents.",
    SCOPES_NARROWED: "The provider granted fewer scopes than requested: compare status.grantedScopes with the spec."
    " Allow the scopes for the client at the provider, or remove them from the spec.",
}

_SELDOM_RETURNED = frozenset({"openid", "offline_access", "profile", "email", "offline"})
"""Scopes that servers grant without naming them: those of OpenID Connect, and for a refresh token."""


def list_notices(spec: OAuthConnectorSpec, status: OAuthConnectorStatus) -> Iterator[str]:
    """List the notices that are true for a status."""
    if _is_before_ignored(spec, status):
        yield REFRESH_BEFORE_IGNORED
    if status.lifetime_source is LifetimeSource.INTERPRETED:
        yield LIFETIME_INTERPRETED
    if status.lifetime_source is LifetimeSource.DEFAULT and not has_chosen_lifetime(spec):
        yield LIFETIME_ASSUMED
    if spec.client.previous_secret_ref is not None and status.client_secret is AcceptedSecret.PREVIOUS:
        yield PREVIOUS_SECRET_USED
    if _is_narrowed(spec, status.granted_scopes):
        yield SCOPES_NARROWED


def _is_before_ignored(spec: OAuthConnectorSpec, status: OAuthConnectorStatus) -> bool:
    issued, expires = to_epoch(status.issue_time), to_epoch(status.expiration_time)
    if issued is None or expires is None:
        return False
    return is_before_ignored(refresh_policy(spec), expires - issued)


def _is_narrowed(spec: OAuthConnectorSpec, granted: tuple[str, ...] | None) -> bool:
    """Return whether a requested scope is missing; one may be returned as the end of a URI (Google, Microsoft)."""
    if granted is None:
        return False
    found = tuple(scope.lower() for scope in granted)
    wanted = {scope.lower() for scope in spec.effective_scopes} - _SELDOM_RETURNED
    explicit = {scope for scope in wanted if not scope.endswith("/.default")}  # Microsoft: all that is configured
    return any(not any(_is_same_scope(scope, each) for each in found) for scope in explicit)


def _is_same_scope(wanted: str, granted: str) -> bool:
    return granted == wanted or granted.endswith((f"/{wanted}", f".{wanted}")) or wanted.endswith(f"/{granted}")
