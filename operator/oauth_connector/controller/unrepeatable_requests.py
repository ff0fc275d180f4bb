"""Requests that were refused, and present what a user typed: the same request is not sent again."""

import hmac
import secrets as randomness

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks.decisions import RequestCause
from oauth_connector.connector.grant.choice import PresentedGrant
from oauth_connector.connector.grant.state import GrantState
from oauth_connector.connector.grant.unrepeatable_request import UnrepeatableRequest
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.token_request import fingerprint_request


def build_unrepeatable(prepared: PreparedRequest, grant: Grant, problem: Problem) -> UnrepeatableRequest:
    """Build the record of a request that must not be sent again."""
    salt = randomness.token_hex(16)
    return UnrepeatableRequest(salt, _fingerprint(prepared, grant, salt), problem.reason, problem.remedy)


def find_unrepeatable(
    prepared: PreparedRequest, choice: PresentedGrant | Problem, state: GrantState, cause: RequestCause
) -> UnrepeatableRequest | None:
    """Find the record of the same request. A user may have it repeated, unless it would present a wrong password."""
    known = state.unrepeatable
    if known is None or isinstance(choice, Problem) or not choice.supplied:
        return None
    is_final = choice.grant.locks_accounts and known.reason is Reason.CREDENTIALS_REJECTED
    if cause is RequestCause.REFRESH_REQUESTED and not is_final:
        return None
    is_same = hmac.compare_digest(known.fingerprint, _fingerprint(prepared, choice.grant, known.salt))
    return known if is_same else None


def _fingerprint(prepared: PreparedRequest, grant: Grant, salt: str) -> str:
    sent = prepared.choose_parameters(grant)
    return fingerprint_request(bytes.fromhex(salt), prepared.choose_context(grant), grant, prepared.client, sent)
