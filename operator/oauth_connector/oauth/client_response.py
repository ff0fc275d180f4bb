"""Responses of the endpoints beside the token endpoint whose errors are those of the token endpoint."""

from oauth_connector.oauth.error_codes import find_error
from oauth_connector.oauth.quirks import STANDARD, Quirks
from oauth_connector.oauth.response_body import Members, decode_body
from oauth_connector.oauth.retry_after import read_retry_after
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.statuses import classify_status
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_response import parse_token_response

_SUCCESS = (200, 201)
"""RFC 8628 §3.2 has 200, RFC 9126 §2.2 has 201, and some servers send the other one."""


def read_client_response(
    response: HTTPResponse, quirks: Quirks = STANDARD, now: float | None = None
) -> Members | Signal:
    """Return the members of a success, or the failure (RFC 8628 §3.2, RFC 9126 §2.3)."""
    members = decode_body(response)
    if isinstance(members, Symptom):
        lost = response.interruption
        symptom = classify_status(response.status) or members
        wait = read_retry_after(response.headers, now)
        return Signal(lost, sent=True) if lost is not None else Signal(symptom, response.status, retry_after=wait)
    if response.status in _SUCCESS and find_error(members, response.status, quirks) is None:
        return members
    answer = parse_token_response(response, quirks, now)
    return answer if isinstance(answer, Signal) else Signal(Symptom.NO_TOKEN, response.status)
