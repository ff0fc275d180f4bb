"""What the status of a response means by itself (RFC 9110 §15): one table, for token responses and for metadata."""

from collections.abc import Mapping
from http import HTTPStatus

from oauth_connector.oauth.signals import Symptom

_ERRORS: Mapping[int, Symptom] = {
    HTTPStatus.UNAUTHORIZED: Symptom.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN: Symptom.FORBIDDEN,
    HTTPStatus.NOT_FOUND: Symptom.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: Symptom.NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT: Symptom.SERVER_ERROR,  # the server, or a proxy, waited for nothing: RFC 9110 §15.5.9
    HTTPStatus.GONE: Symptom.NOT_FOUND,
    HTTPStatus.MISDIRECTED_REQUEST: Symptom.NOT_FOUND,
    HTTPStatus.TOO_EARLY: Symptom.SERVER_ERROR,  # RFC 8470 §5.2
    HTTPStatus.TOO_MANY_REQUESTS: Symptom.RATE_LIMITED,  # RFC 6585 §4
    HTTPStatus.NOT_IMPLEMENTED: Symptom.NOT_FOUND,  # the server knows no POST, as a server of files
    HTTPStatus.SERVICE_UNAVAILABLE: Symptom.UNAVAILABLE,
}


def classify_error_status(status: int) -> Symptom | None:
    """Return what a 4xx or 5xx means; nothing for one that says no more than that the request failed."""
    is_of_server = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return _ERRORS.get(status, Symptom.SERVER_ERROR if is_of_server else None)


def classify_status(status: int) -> Symptom | None:
    """Return what a status alone means, if anything."""
    is_redirect = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
    return Symptom.REDIRECT if is_redirect else classify_error_status(status)
