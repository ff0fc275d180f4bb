"""The refresh policy of a spec: `spec.refresh` in seconds and shares, with the defaults of the preset applied."""

from oauth_connector.api.v1alpha1.refresh import Refresh
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.schedule.refresh_time import Policy

LATE_WINDOW = 0.05
"""The share of the lifetime that is left at a refresh which revokes the old token: late refreshes are rare."""


def refresh_policy(spec: OAuthConnectorSpec) -> Policy:
    """Return `spec.refresh` in seconds and shares of the lifetime."""
    refresh = spec.refresh or Refresh()
    window = refresh.before_percentage / 100 if refresh.before_percentage is not None else None
    if spec.provider.known is not None and spec.provider.known.revokes_old_token:
        window = window or LATE_WINDOW
    return Policy(refresh.before_seconds, window, refresh.max_lifetime_seconds)
