"""Two connectors with one initial refresh token: where the provider replaces it, one ends the grant of the other.

They refer to the same key of the same Secret. The first to present the token keeps it. The other one presents it only
if the provider did not replace it.
"""

from collections.abc import Iterable

from oauth_connector.connector.observation import AnyConnector, Connector, SharedToken
from oauth_connector.connector.secret.metadata import GrantSummary, SecretMetadata
from oauth_connector.oauth.grants.grant import Renewal

TokenReference = tuple[str, str, str]
"""Namespace, name of the Secret, and key."""


def find_token_reference(connector: AnyConnector) -> TokenReference | None:
    """Return where the initial refresh token of a connector is; `None` where it has none."""
    if not isinstance(connector, Connector) or connector.spec.renewal is not Renewal.INITIAL_REFRESH_TOKEN:
        return None
    return (connector.key.namespace, *connector.spec.reference("refreshToken.secretRef"))


def find_shared_token(
    connector: Connector, own: SecretMetadata | None, others: Iterable[tuple[AnyConnector, SecretMetadata | None]]
) -> SharedToken | None:
    """Return which connector keeps this one from presenting its initial refresh token; `None` where none does.

    `own` and the second of each pair are state Secrets.
    """
    if _has_grant(own):
        return None
    rivals = [(other, state) for other, state in others if other.uid != connector.uid and not other.deleting]
    used_up = next((other for other, state in rivals if _has_grant(state) and _summarize(state).generation), None)
    if used_up is not None:
        return SharedToken(used_up.key.name, is_used_up=True)
    first = next((other for other, state in rivals if not _has_grant(state) and _is_earlier(other, connector)), None)
    return SharedToken(first.key.name, is_used_up=False) if first is not None else None


def _is_earlier(other: AnyConnector, connector: Connector) -> bool:
    """Return whether another new connector presents the token first; its outcome shows whether it is replaced."""
    is_active = isinstance(other, Connector) and not other.spec.suspend
    return is_active and not other.status.conditions and other.key < connector.key


def _has_grant(state: SecretMetadata | None) -> bool:
    summary = _summarize(state)
    return summary.renewable and not summary.given_up


def _summarize(state: SecretMetadata | None) -> GrantSummary:
    return (state.grant if state is not None else None) or GrantSummary()
