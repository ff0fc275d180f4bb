"""Two client secrets while one is replaced: the previous one is tried once where the provider refuses the client."""

from dataclasses import replace

from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.oauth.grants.grant import Grant, Purpose
from oauth_connector.oauth.signals import RequestPhase, is_unspent


def may_try_previous(failed: RequestFailed, grant: Grant, phase: RequestPhase | None) -> bool:
    """Return whether a request may be repeated with another secret: nothing that it presented can be lost or locked.

    A provider that refuses the client has not looked at the grant (RFC 6749 §5.2). A code is sent once all the same,
    and so is what a user typed: a password, an initial refresh token.
    """
    sent_once = grant.purpose is Purpose.CODE or grant.locks_accounts or phase is RequestPhase.INITIAL_REFRESH
    return _is_client_refused(failed) and not sent_once


def choose_result(first: RequestFailed, second: TokenObtained | RequestFailed) -> TokenObtained | RequestFailed:
    """Return the result of the secret that the provider accepts; if it accepts neither, the first refusal.

    So the pause before the next request is that of one refusal.
    """
    if isinstance(second, TokenObtained):
        return replace(second, attempt=replace(second.attempt, used_previous=True))
    return first if _is_client_refused(second) or _is_unsent(second) else second


def _is_client_refused(result: RequestFailed) -> bool:
    signal = result.problem.signal
    refused = signal is not None and signal.oauth_error == "invalid_client"
    return refused and not result.in_doubt and result.salvaged is None


def _is_unsent(result: RequestFailed) -> bool:
    return result.problem.signal is not None and is_unspent(result.problem.signal)
