"""What to present at the token endpoint where a grant is kept: a code, a refresh token, a password — or nothing.

The pure half of the claim protocol: it is asked with the state as it was just read, and its answer is claimed before it
is carried out.
"""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.digests import of_binding
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.checks.decisions import RequestCause
from oauth_connector.connector.grant.state import GrantState, Purpose, fingerprint
from oauth_connector.connector.observation import PendingCode
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.token import GrantType
from oauth_connector.oauth.token_request import AuthorizationCode, Grant, Password, RefreshToken


@dataclass(frozen=True, slots=True)
class PresentedGrant:
    """What is presented, and what it is bound to.

    `seed` is the print of the refresh token that a person brought, in the end; `code` is there where that is presented,
    and `presented` is the refresh token where one is.
    """

    grant: Grant
    purpose: Purpose
    binding: str
    seed: str | None = None
    code: PendingCode | None = None

    @property
    def presented(self) -> SecretStr | None:
        """Give the refresh token that is presented, if it is one."""
        return self.grant.token if isinstance(self.grant, RefreshToken) else None


def present_code(spec: OAuthConnectorSpec, code: PendingCode) -> PresentedGrant:
    """Present a code, whatever grant there was before."""
    grant = AuthorizationCode(code.code, code.redirect_uri, code.verifier)
    return PresentedGrant(grant, Purpose.CODE, of_binding(spec, spec.client.id or ""), code=code)


def choose(
    spec: OAuthConnectorSpec, client_id: str, state: GrantState, own: Grant | None, cause: RequestCause
) -> PresentedGrant | Problem:
    """Choose for a refresh; `own` is what the spec itself brings: a password, or a refresh token to begin with."""
    binding = of_binding(spec, client_id)
    if isinstance(own, RefreshToken) and state.seed != fingerprint(own.token):
        return PresentedGrant(own, Purpose.REFRESH, binding, fingerprint(own.token))
    if isinstance(own, Password) and state.digest != spec.token_digest:
        return PresentedGrant(
            own, Purpose.PASSWORD, binding
        )  # other scopes are asked for, and no person is needed for them
    usable = state.refresh_token is not None and (not state.refused or cause is RequestCause.REQUESTED)
    if state.refresh_token is not None and usable and state.binding == binding:
        return PresentedGrant(RefreshToken(state.refresh_token), Purpose.REFRESH, binding, state.seed)
    if isinstance(own, Password):
        return PresentedGrant(own, Purpose.PASSWORD, binding)
    return _lost(state, binding)


def _lost(state: GrantState, binding: str) -> Problem:
    if state.refused and state.binding in ("", binding):
        return ended(Reason.REFRESH_TOKEN_REJECTED)
    if state.refresh_token is None:
        return ended(Reason.GRANT_EXPIRED if state.token is not None else Reason.CONSENT_REQUIRED)
    return ended(Reason.GRANT_BINDING_MISMATCH if state.binding != binding else Reason.REFRESH_TOKEN_REJECTED)


def why_consent(spec: OAuthConnectorSpec, notes: GrantSummary | None) -> Problem | None:
    """Say from metadata alone why a person is needed before a token can be asked for, or nothing where none is."""
    if spec.grant_type is not GrantType.AUTHORIZATION_CODE:
        return None
    if notes is None or not notes.digest:
        return ended(Reason.CONSENT_REQUIRED)
    if notes.binding != of_binding(spec, spec.client.id or ""):
        return ended(Reason.GRANT_BINDING_MISMATCH)
    if not notes.renewable:
        return ended(Reason.GRANT_EXPIRED)
    return ended(Reason.REFRESH_TOKEN_REJECTED) if notes.refused else None


def ended(reason: Reason) -> Problem:
    """Make the problem of a grant that only a person can give anew."""
    return Problem(reason, Remedy.CONSENT_AGAIN, repeatable=False)


def renewable(spec: OAuthConnectorSpec, notes: GrantSummary | None) -> bool:
    """Tell whether a token can be renewed without a person."""
    if not spec.needs_user:
        return True
    return notes is not None and notes.renewable
