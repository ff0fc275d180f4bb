"""What to present at the token endpoint where a grant is stored: a code, a refresh token, credentials, or nothing.

The pure half of the claim protocol: it decides on the state as it was just read, and its result is claimed before the
request is sent. A `Renewal` without an entry here stops the import.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.digests import digest_binding, is_same_binding
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.checks.decisions import RequestCause
from oauth_connector.connector.grant.state import GrantState, fingerprint
from oauth_connector.connector.observation import PendingCode
from oauth_connector.connector.schedule.refresh_time import MINIMUM_GAP
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.grants.grant import Grant, Purpose, Renewal
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.grants.registry import GRANTS
from oauth_connector.oauth.registration import RegisteredClient
from oauth_connector.oauth.registry_check import require_complete
from oauth_connector.oauth.signals import RequestPhase


@dataclass(frozen=True, slots=True)
class PresentedGrant:
    """What is presented, and what it is bound to.

    `initial_fingerprint` is that of the initial refresh token; `code` is set where a code is presented, and `presented`
    is the refresh token where one is presented. `supplied`: a user typed it, so that it is not sent again once refused.
    `client` is the registered client of a code, if the spec names none.
    """

    grant: Grant
    binding: str
    initial_fingerprint: str | None = None
    code: PendingCode | None = None
    supplied: bool = False
    client: RegisteredClient | None = None

    @property
    def phase(self) -> RequestPhase:
        """Return the phase in which a failure of the request is classified."""
        return self.purpose.supplied_phase if self.supplied else self.purpose.phase

    @property
    def purpose(self) -> Purpose:
        """Return what the claim of the request states."""
        return self.grant.purpose

    @property
    def presented(self) -> SecretStr | None:
        """Return the refresh token that is presented, if any."""
        return self.grant.token if isinstance(self.grant, RefreshToken) else None


def present_code(spec: OAuthConnectorSpec, code: PendingCode) -> PresentedGrant:
    """Present a code, whatever grant there was before."""
    return PresentedGrant(code.grant, digest_binding(spec, spec.client.id or ""), code=code)


@dataclass(frozen=True, slots=True)
class _Choice:
    """What there is to choose from: what the spec itself presents, and what is stored."""

    spec: OAuthConnectorSpec
    state: GrantState
    own: Grant | None
    stored: PresentedGrant | None
    binding: str


def choose_grant(
    spec: OAuthConnectorSpec, client_id: str, state: GrantState, own: Grant | None, cause: RequestCause
) -> PresentedGrant | Problem:
    """Choose what to present; `own` is what the spec itself presents: credentials, or an initial refresh token."""
    binding = digest_binding(spec, client_id)
    usable = not state.given_up or cause is RequestCause.REFRESH_REQUESTED
    stored = None
    if state.refresh_token is not None and usable and is_same_binding(state.binding, binding):
        stored = PresentedGrant(RefreshToken(state.refresh_token), binding, state.initial_fingerprint)
    return _CHOOSERS[spec.renewal](_Choice(spec, state, own, stored, binding))


def _choose_consented(choice: _Choice) -> PresentedGrant | Problem:
    return choice.stored or _explain_loss(choice.state, choice.binding)


def _choose_initial(choice: _Choice) -> PresentedGrant | Problem:
    """Prefer an initial refresh token that was not presented before: a user replaced it."""
    own = choice.own
    if isinstance(own, RefreshToken) and choice.state.initial_fingerprint != fingerprint(own.token):
        return PresentedGrant(own, choice.binding, fingerprint(own.token), supplied=True)
    return choice.stored or _explain_loss(choice.state, choice.binding)


def pass_over_ended_session(spec: OAuthConnectorSpec, state: GrantState, now: float) -> GrantState:
    """Return the state without a refresh token that has expired, or expires with the token, where credentials remain.

    Another token of the same session would expire with the session (Keycloak limits `expires_in` to it), so the
    credentials are presented while the old token is valid.
    """
    ends, token = state.refresh_expires, state.token
    if spec.renewal is not Renewal.CREDENTIALS or ends is None:
        return state
    expires = token.expires if token is not None and token.expires is not None else now
    return replace(state, refresh_token=None) if ends <= max(now, expires) + MINIMUM_GAP else state


def _choose_credentials(choice: _Choice) -> PresentedGrant | Problem:
    """Prefer the refresh token, unless it is given up, or the spec requires another token: no user is needed."""
    if choice.own is None:
        raise TypeError(f"grant type {choice.spec.grant_type} presents no credentials")
    own = PresentedGrant(choice.own, choice.binding, supplied=True)
    is_current = choice.state.digest == choice.spec.token_digest and not choice.state.given_up
    return (choice.stored or own) if is_current else own


_CHOOSERS: Mapping[Renewal, Callable[[_Choice], PresentedGrant | Problem]] = require_complete(
    (grant.renewal for grant in GRANTS.values()),
    {
        Renewal.CONSENT: _choose_consented,
        Renewal.INITIAL_REFRESH_TOKEN: _choose_initial,
        Renewal.CREDENTIALS: _choose_credentials,
    },
)


def _explain_loss(state: GrantState, binding: str) -> Problem:
    if state.given_up and (not state.binding or is_same_binding(state.binding, binding)):
        return build_grant_problem(Reason.REFRESH_TOKEN_REJECTED)
    if state.refresh_token is None:
        return build_grant_problem(Reason.GRANT_EXPIRED if state.token is not None else Reason.CONSENT_REQUIRED)
    return build_grant_problem(
        Reason.GRANT_BINDING_MISMATCH if not is_same_binding(state.binding, binding) else Reason.REFRESH_TOKEN_REJECTED
    )


def find_consent_problem(spec: OAuthConnectorSpec, notes: GrantSummary | None) -> Problem | None:
    """Return, from metadata alone, why a user must consent before a token is requested; `None` if none must."""
    if not spec.needs_consent:
        return None
    if notes is None or not notes.digest:
        return build_grant_problem(Reason.CONSENT_REQUIRED)
    if not is_same_binding(notes.binding, digest_binding(spec, spec.client.id or "")):
        return build_grant_problem(Reason.GRANT_BINDING_MISMATCH)
    if not notes.renewable:
        return build_grant_problem(Reason.GRANT_EXPIRED)
    return build_grant_problem(Reason.REFRESH_TOKEN_REJECTED) if notes.given_up else None


def build_grant_problem(reason: Reason, facts: Mapping[str, str] | None = None) -> Problem:
    """Build the problem of a grant that only a user can renew."""
    return Problem(reason, Remedy.CONSENT_AGAIN, facts or {}, repeatable=False)


def is_renewable(spec: OAuthConnectorSpec, notes: GrantSummary | None) -> bool:
    """Return whether a token can be refreshed without a user."""
    if not spec.is_renewed_by_user:
        return True
    return notes is not None and notes.renewable
