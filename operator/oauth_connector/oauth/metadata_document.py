"""Metadata documents: of an authorization server (RFC 8414 §3.2) and of a protected resource (RFC 9728 §3.2)."""

from collections.abc import Mapping

from oauth_connector.oauth.response_body import decode_body
from oauth_connector.oauth.retry_after import read_retry_after
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.statuses import classify_status
from oauth_connector.oauth.token import HTTPResponse


def read_members(response: HTTPResponse, now: float | None = None) -> Mapping[str, object] | Signal:
    """Return the members of a metadata document, or why there is none."""
    if response.status != 200:  # noqa: PLR2004  # HTTP
        symptom = classify_status(response.status) or Symptom.CLIENT_ERROR
        return Signal(symptom, response.status, retry_after=read_retry_after(response.headers, now))
    members = decode_body(response)
    if not isinstance(members, Symptom):
        return members
    lost = response.interruption
    return Signal(lost, sent=True) if lost is not None else Signal(members, response.status)


def read_list(members: Mapping[str, object], name: str) -> list[object]:
    """Return a member that is an array; an empty one for any other."""
    value = members.get(name)
    return value if isinstance(value, list) else []
