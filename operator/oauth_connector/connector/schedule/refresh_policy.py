"""The refresh policy of a spec: `spec.refresh` in seconds and shares, with the defaults of the preset applied."""

from oauth_connector.api.v1alpha1.refresh import Refresh
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.schedule.refresh_time import Policy
from oauth_connector.providers.preset import NOT_KNOWN

LATE_WINDOW = 0.05
"""The share of the lifetime that is left at a refresh which revokes the old token: late refreshes are rare."""

_DEFAULT, _DEFAULT_POLICY = Refresh(), Policy()


def refresh_policy(spec: OAuthConnectorSpec) -> Policy:
    """Return `spec.refresh` in seconds and shares of the lifetime."""
    preset = spec.provider.known
    if spec.refresh is None and preset is None:
        return _DEFAULT_POLICY
    refresh = spec.refresh or _DEFAULT
    window = refresh.before_percentage / 100 if refresh.before_percentage is not None else None
    known = preset.refresh_tokens if preset is not None else NOT_KNOWN
    if known.revokes_access_token:
        window = window or LATE_WINDOW
    idle = find_idle_lifetime(spec)
    return Policy(refresh.before_seconds, window, refresh.max_lifetime_seconds, idle // 2 if idle is not None else None)


def find_idle_lifetime(spec: OAuthConnectorSpec) -> int | None:
    """Return for how many seconds the provider keeps a refresh token that is not used, where its preset knows it."""
    known = spec.provider.known if spec.may_hold_refresh_token else None
    return known.refresh_tokens.idle_lifetime if known is not None else None
