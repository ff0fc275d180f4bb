"""What several checks ask of an observation: which token counts, which pods can read, when the next call is due."""

from oauth_connector.connector.effective import refresh_policy
from oauth_connector.connector.grant.choice import renewable
from oauth_connector.connector.observation import CredentialVersion, Observation
from oauth_connector.connector.schedule import refresh_time as schedule
from oauth_connector.connector.secret.metadata import GrantSummary, SecretMetadata
from oauth_connector.connector.secret.ownership import is_owned
from oauth_connector.oauth.grants.registry import GrantType


def held(obs: Observation) -> SecretMetadata | None:
    """Give the Secret whose annotations describe the token that we count on, if any.

    Mostly that is the one that pods read; the state Secret where it holds a newer one that could not be shown yet, or
    the only one.
    """
    seen, stored = shown(obs), kept(obs)
    if stored is None or seen is None:
        return stored or seen
    return stored if (stored.issued_at or 0) > (seen.issued_at or 0) else seen


def kept(obs: Observation) -> SecretMetadata | None:
    """Give the state Secret where it keeps a token of this connector's grant."""
    spec, state = obs.connector.spec, obs.state
    if isinstance(spec, tuple) or not spec.may_hold_refresh_token or state is None or state.issued_at is None:
        return None
    return state if state.state is not None and is_owned(state, obs.connector) else None


def shown(obs: Observation) -> SecretMetadata | None:
    """Give the Secret that shows a token to pods, if any: the output, else a stray."""
    candidates = (obs.output, *obs.orphans) if obs.output else obs.orphans
    return next((s for s in candidates if is_owned(s, obs.connector) and s.intact and s.issued_at is not None), None)


def refresh_due(obs: Observation) -> float | None:
    """Give the planned second of the next call for the token in hand; `None` where its life is unknown."""
    token = held(obs)
    if token is None or token.issued_at is None or token.expires_at is None or not _can_be_renewed(obs):
        return None
    if token.issued_at > obs.now + schedule.MINIMUM_GAP:
        return obs.now  # the clock was set back since, so that it will die earlier than it says
    if obs.memory.repeats_tokens:
        last = max(obs.memory.last_call or 0, token.issued_at)
        return schedule.next_cached_try(last, token.expires_at)
    policy = refresh_policy(obs.connector.spec)
    planned = schedule.refresh_time(token.issued_at, token.expires_at, policy, obs.connector.uid)
    return planned if planned + obs.memory.set_back < token.expires_at else obs.now


def _can_be_renewed(obs: Observation) -> bool:
    spec = obs.connector.spec
    return isinstance(spec, tuple) or renewable(spec, notes_of(obs)) or spec.grant_type is GrantType.REFRESH_TOKEN


def notes_of(obs: Observation) -> GrantSummary | None:
    """Give what is known of the grant from the state Secret's metadata; nothing where that is not ours."""
    return obs.state.state if obs.state is not None and is_owned(obs.state, obs.connector) else None


def is_requested(obs: Observation) -> bool:
    """Tell whether a person asks for a try that was not made yet."""
    request = obs.connector.refresh_request
    return bool(request) and request != obs.connector.status.last_handled_refresh


def observed_credentials(obs: Observation) -> tuple[CredentialVersion, ...]:
    """Give the versions that the last attempt was made with, as status remembers them."""
    seen = obs.connector.status.observed_credentials
    return tuple(sorted(CredentialVersion(c.name, c.uid or "", c.resource_version or "") for c in seen))
