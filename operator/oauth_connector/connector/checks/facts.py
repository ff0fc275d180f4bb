"""What several checks read from an observation: which token counts, which one is published, when the next is due."""

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.grant.choice import is_renewable
from oauth_connector.connector.local_rules import identify_failure
from oauth_connector.connector.observation import CredentialVersion, Observation
from oauth_connector.connector.schedule import refresh_time as schedule
from oauth_connector.connector.schedule.refresh_policy import refresh_policy
from oauth_connector.connector.secret.metadata import GrantSummary, SecretMetadata
from oauth_connector.connector.secret.ownership import find_recorded, is_owned, is_published
from oauth_connector.connector.status.problem import CREDENTIAL_REASONS
from oauth_connector.oauth.grants.grant import Renewal


def current_token(obs: Observation) -> SecretMetadata | None:
    """Return the Secret whose annotations describe the newest token, if there is one.

    That is the output Secret in most cases. It is the state Secret where that contains a newer token which could not
    be published yet, or the only one.
    """
    published, stored = published_token(obs), stored_token(obs)
    if stored is None or published is None:
        return stored or published
    return stored if (stored.issued_at or 0) > (published.issued_at or 0) else published


def stored_token(obs: Observation) -> SecretMetadata | None:
    """Return the state Secret where it contains a token of this connector's grant."""
    spec, state = obs.connector.spec, obs.state
    if not spec.may_hold_refresh_token or state is None or state.issued_at is None:
        return None
    return state if state.grant is not None and is_owned(state, obs.connector) else None


def published_token(obs: Observation) -> SecretMetadata | None:
    """Return the Secret from which pods read a token, if there is one: the output Secret, else an orphaned one."""
    if obs.output is not None and is_published(obs.output, obs.connector):
        return obs.output
    return find_recorded(obs.orphans, obs.connector)


def refresh_due(obs: Observation) -> float | None:
    """Return the planned second of the next request for the current token; `None` where its lifetime is unknown."""
    token = current_token(obs)
    if token is None or token.issued_at is None or token.expires_at is None or not _can_be_renewed(obs):
        return None
    if token.issued_at > obs.now + schedule.MINIMUM_GAP:
        return obs.now  # the clock was set back since, so the token expires earlier than its annotation says
    if obs.memory.repeats_tokens:
        last = max(obs.memory.last_call or 0, token.issued_at)
        return schedule.next_cached_try(last, token.expires_at)
    policy, expires = refresh_policy(obs.connector.spec), _expiry_of_session(obs, token.issued_at, token.expires_at)
    planned = schedule.refresh_time(token.issued_at, expires, policy, obs.connector.uid)
    return planned if planned + obs.memory.set_back < expires else obs.now


def _expiry_of_session(obs: Observation, issued: int, expires: int) -> int:
    """Return when the token expires, or its session, if that ends earlier and credentials begin another one."""
    summary = grant_summary(obs)
    ends = summary.refresh_expires if summary is not None else None
    if ends is None or ends <= issued or obs.connector.spec.renewal is not Renewal.CREDENTIALS:
        return expires
    return min(expires, ends)


def _can_be_renewed(obs: Observation) -> bool:
    spec = obs.connector.spec
    return is_renewable(spec, grant_summary(obs)) or spec.renewal is Renewal.INITIAL_REFRESH_TOKEN


def grant_summary(obs: Observation) -> GrantSummary | None:
    """Return the summary of the grant from the state Secret's metadata; `None` where this connector does not own it."""
    return obs.state.grant if obs.state is not None and is_owned(obs.state, obs.connector) else None


def is_refresh_requested(obs: Observation) -> bool:
    """Return whether the user requests a refresh that was not handled yet."""
    request = obs.connector.refresh_request
    return bool(request) and request != obs.connector.status.last_handled_refresh


def is_failing(obs: Observation) -> bool:
    """Return whether the recorded failure is that of the present request, by the present rules of the operator."""
    error, connector = obs.connector.status.last_error, obs.connector
    if error is None:
        return False
    return error.request_digest == identify_failure(error.reason, connector.spec.request_digest, obs.rules)


def may_credentials_repair(status: OAuthConnectorStatus) -> bool:
    """Return whether a changed credential Secret may end the recorded failure; its versions are read every minute.

    That is so for some reasons, and wherever no request is planned before a Secret changes.
    """
    error = status.last_error
    if error is None:
        return False
    is_final = error.reason is Reason.ENDPOINT_NOT_FOUND and status.next_refresh_time is None
    return error.reason in CREDENTIAL_REASONS or is_final


def observed_credentials(obs: Observation) -> tuple[CredentialVersion, ...]:
    """Return the versions of the credential Secrets of the last attempt, from status."""
    seen = obs.connector.status.observed_credentials
    return tuple(sorted(CredentialVersion(c.name, c.uid or "", c.resource_version or "") for c in seen))
