"""Every combination of grant, phase and signal has a verdict, and the rules of each kind of credential hold."""

from itertools import product

import pytest

from oauth_connector.oauth.error_codes import KNOWN, OTHER
from oauth_connector.oauth.errors import FailureReason, Remedy
from oauth_connector.oauth.grants.registry import GRANTS, GrantType
from oauth_connector.oauth.signals import RequestPhase, Signal, Symptom, is_unknown
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_response import parse_token_response
from oauth_connector.oauth.verdicts import classify, is_refusal

STATUSES = (
    200,
    400,
    401,
    402,
    403,
    404,
    405,
    408,
    409,
    410,
    415,
    418,
    421,
    422,
    423,
    425,
    429,
    500,
    501,
    502,
    503,
    504,
)
TEMPORARY = (408, 425, 429)
BODIES = (Symptom.EMPTY, Symptom.HTML, Symptom.NOT_JSON, Symptom.CLIENT_ERROR)
WORDS = [Signal(Symptom.OAUTH_ERROR, status, word) for status, word in product(STATUSES, sorted({*KNOWN, OTHER}))]
SILENT = [Signal(symptom, status) for status, symptom in product(STATUSES[1:], BODIES)]
REFUSALS = [s for s in (*WORDS, *SILENT) if s.http_status not in TEMPORARY and (s.http_status or 0) < 500]
JUDGED_LATER = [s for s in (*WORDS, *SILENT) if s.http_status in TEMPORARY or (s.http_status or 0) >= 500]
BY_USER = (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN)


def test_a_refusal_is_every_4xx_but_three_and_a_success_with_an_error() -> None:
    """The words do not matter; 408, 425, 429 and 5xx judge nothing."""
    assert all(is_refusal(signal) for signal in REFUSALS)
    assert not any(is_refusal(signal) for signal in JUDGED_LATER)


def test_no_refusal_of_a_supplied_credential_is_repeatable() -> None:
    """A password and an initial refresh token are never sent again, and a user must act."""
    for grant, phase in (
        (GrantType.PASSWORD, RequestPhase.TOKEN),
        (GrantType.REFRESH_TOKEN, RequestPhase.INITIAL_REFRESH),
    ):
        failures = [classify(grant, phase, signal) for signal in REFUSALS]
        assert [f.signal for f in failures if f.repeatable or f.remedy is Remedy.RETRY] == []


def test_an_assertion_is_not_repeated_after_a_word_about_it_alone() -> None:
    """A refusal in other words may be caused by the client, a scope or a proxy, and is repeated."""
    asserting = [name for name, grant in GRANTS.items() if grant.words_of_refusal]
    for grant, signal in product(asserting, REFUSALS):
        failure = classify(grant, RequestPhase.TOKEN, signal)
        is_about_it = signal.symptom is Symptom.OAUTH_ERROR and signal.oauth_error in GRANTS[grant].words_of_refusal
        assert failure.repeatable is not is_about_it, signal
        assert (failure.reason is FailureReason.ASSERTION_REJECTED) is is_about_it
        if is_about_it:
            assert failure.remedy is Remedy.FIX_CREDENTIALS


def test_what_was_not_judged_is_repeated() -> None:
    """A 5xx and a rate limit call no user, whatever was presented."""
    for grant, phase, signal in product(GrantType, RequestPhase, JUDGED_LATER):
        if phase not in (RequestPhase.DISCOVERY, RequestPhase.RESOURCE) and (signal.http_status or 0) >= 500:
            failure = classify(grant, phase, signal)
            assert (failure.remedy, failure.repeatable) == (Remedy.RETRY, True), signal


def test_a_refresh_token_is_given_up_only_when_that_is_certain() -> None:
    """Every other refusal can be repeated, and none of them asks to enable the grant."""
    for grant, signal in product(BY_USER, REFUSALS):
        failure = classify(grant, RequestPhase.REFRESH, signal)
        certain = failure.reason is FailureReason.REFRESH_TOKEN_REJECTED and failure.remedy is Remedy.CONSENT_AGAIN
        assert failure.repeatable is not certain
        assert failure.reason is not FailureReason.UNAUTHORIZED_CLIENT


def test_credentials_replace_a_refused_refresh_token() -> None:
    """A missing endpoint alone says nothing about the refresh token."""
    for signal in REFUSALS:
        failure = classify(GrantType.PASSWORD, RequestPhase.REFRESH, signal)
        if failure.reason is not FailureReason.ENDPOINT_NOT_FOUND:
            assert (failure.reason, failure.remedy, failure.repeatable) == (
                FailureReason.REFRESH_TOKEN_REJECTED,
                Remedy.RETRY,
                False,
            ), signal


BY_STATUS = {
    400: FailureReason.INVALID_REQUEST,
    401: FailureReason.CREDENTIALS_REJECTED,
    403: FailureReason.ACCESS_DENIED,
    404: FailureReason.ENDPOINT_NOT_FOUND,
    405: FailureReason.ENDPOINT_NOT_FOUND,
    410: FailureReason.ENDPOINT_NOT_FOUND,
    415: FailureReason.INVALID_REQUEST,  # RFC 9110 §15.5.16: no form is accepted
    421: FailureReason.ENDPOINT_NOT_FOUND,  # RFC 9110 §15.5.20: the server is not configured for this host
    501: FailureReason.ENDPOINT_NOT_FOUND,  # RFC 9110 §15.6.2: the server knows no POST, as a server of files
    408: FailureReason.PROVIDER_ERROR,
    425: FailureReason.PROVIDER_ERROR,
    429: FailureReason.RATE_LIMITED,
    500: FailureReason.PROVIDER_ERROR,
    503: FailureReason.PROVIDER_ERROR,
}


@pytest.mark.parametrize("status", BY_STATUS)
def test_a_response_without_a_known_word_is_judged_by_its_status(status: int) -> None:
    """No user is called at once: the cause may be a rollout of the provider."""
    for symptom in (Symptom.EMPTY, Symptom.NOT_JSON, Symptom.CLIENT_ERROR):
        failure = classify(GrantType.CLIENT_CREDENTIALS, RequestPhase.TOKEN, Signal(symptom, status))
        assert (failure.reason, failure.remedy) == (BY_STATUS[status], Remedy.RETRY)


def test_a_server_that_implements_no_post_has_no_token_endpoint() -> None:
    """A page says so (RFC 9110 §15.6.2); an OAuth error is one of a token endpoint that fails; metadata is missing."""
    page, word = Signal(Symptom.HTML, 501), Signal(Symptom.OAUTH_ERROR, 501, "server_error")
    expected = {
        (RequestPhase.TOKEN, page): FailureReason.ENDPOINT_NOT_FOUND,
        (RequestPhase.TOKEN, word): FailureReason.PROVIDER_ERROR,
        (RequestPhase.DISCOVERY, Signal(Symptom.NOT_FOUND, 501)): FailureReason.DISCOVERY_FAILED,
    }
    for (phase, signal), reason in expected.items():
        assert classify(GrantType.CLIENT_CREDENTIALS, phase, signal).reason is reason


PROCESSED: dict[str, tuple[int, bytes, bool]] = {
    "a server of files": (501, b"<html>Unsupported method ('POST')</html>", False),  # http.server of Python
    "nothing": (501, b"", False),
    "a token endpoint that fails": (501, b'{"error":"server_error"}', True),
    "another fault of a server": (500, b"<html>", True),
    "a gateway": (502, b"", True),
    "an overloaded server": (503, b"", True),
    "a URL that does not exist": (404, b"<html>", False),
    "a success that cannot be read": (200, b"<html>", True),
}


@pytest.mark.parametrize("case", PROCESSED)
def test_a_request_may_have_been_processed_unless_the_server_knows_no_post(case: str) -> None:
    """A refresh token is in doubt after a 5xx, but not where the server implements no POST (RFC 9110 §15.6.2)."""
    status, body, expected = PROCESSED[case]
    signal = parse_token_response(HTTPResponse(status, {}, body))
    assert isinstance(signal, Signal)
    assert is_unknown(signal) is expected


def test_a_forbidding_page_is_no_rejected_client() -> None:
    """A firewall or a proxy returns 403 with a page."""
    for phase in (RequestPhase.TOKEN, RequestPhase.CODE):
        failure = classify(GrantType.CLIENT_CREDENTIALS, phase, Signal(Symptom.UNAUTHORIZED, 403))
        assert failure.reason is FailureReason.ACCESS_DENIED


def test_not_modified_is_no_redirect() -> None:
    """RFC 9110 §15.4: 301, 302, 303, 307 and 308 name another URL."""
    for status in (300, 304, 305):
        failure = classify(GrantType.CLIENT_CREDENTIALS, RequestPhase.TOKEN, Signal(Symptom.REDIRECT, status))
        assert failure.reason is FailureReason.INVALID_TOKEN_RESPONSE
    failure = classify(GrantType.CLIENT_CREDENTIALS, RequestPhase.TOKEN, Signal(Symptom.REDIRECT, 302))
    assert failure.reason is FailureReason.ENDPOINT_REDIRECTED


def test_bytes_that_are_no_http_are_no_network_problem() -> None:
    """A connection that another protocol answers is not blocked by a NetworkPolicy."""
    failure = classify(GrantType.CLIENT_CREDENTIALS, RequestPhase.TOKEN, Signal(Symptom.NOT_HTTP, sent=True))
    assert (failure.reason, failure.remedy) == (FailureReason.INVALID_TOKEN_RESPONSE, Remedy.RETRY)


@pytest.mark.parametrize("grant", GrantType)
def test_a_client_that_is_not_authenticated_is_a_rejected_client(grant: GrantType) -> None:
    """Keycloak says `unauthorized_client` with 401 for a wrong secret: keycloak/keycloak issue 16923."""
    failure = classify(grant, RequestPhase.TOKEN, Signal(Symptom.OAUTH_ERROR, 401, "unauthorized_client"))
    assert (failure.reason, failure.remedy) == (FailureReason.CREDENTIALS_REJECTED, Remedy.FIX_CREDENTIALS)


def test_an_invalid_request_with_401_is_a_client_that_is_not_known() -> None:
    """Apigee says so: docs.apigee.com/api-platform/reference/policies/oauth-http-status-code-reference."""
    failure = classify(
        GrantType.CLIENT_CREDENTIALS, RequestPhase.TOKEN, Signal(Symptom.OAUTH_ERROR, 401, "invalid_request")
    )
    assert (failure.reason, failure.remedy) == (FailureReason.CREDENTIALS_REJECTED, Remedy.RETRY)
