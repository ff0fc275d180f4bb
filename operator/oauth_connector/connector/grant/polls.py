"""Polls for the decision of a user (RFC 8628 §3.5): which failures are answers, and how long the next poll waits."""

from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.connector.observation import PendingCode
from oauth_connector.oauth.device_authorization import PollAnswer, read_poll_answer
from oauth_connector.oauth.verdicts import is_refusal


def find_poll_answer(code: PendingCode | None, response: TokenObtained | RequestFailed | None) -> PollAnswer | None:
    """Return what the provider said of the user's decision; `None` where a request was no poll, or has failed."""
    if code is None or not code.grant.is_polled or not isinstance(response, RequestFailed):
        return None
    signal = response.problem.signal
    return read_poll_answer(signal) if signal is not None else None


def is_undecided(code: PendingCode | None, response: TokenObtained | RequestFailed | None) -> bool:
    """Return whether the user has not decided yet. Such a poll delays no other request of the connector."""
    answer = find_poll_answer(code, response)
    return answer is not None and answer.is_undecided


def may_poll_again(response: RequestFailed) -> bool:
    """Return whether a device code may be presented again: unless the provider has refused it, or the user access.

    A lost response is no reason to end (RFC 8628 §3.5): the next poll says what the server knows.
    """
    signal = response.problem.signal
    if signal is None:
        return False
    answer = read_poll_answer(signal)
    return answer.is_undecided if answer is not None else not is_refusal(signal)
