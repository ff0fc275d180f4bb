"""The table of failures: whose fault it is, and whether the same may be sent again."""

import pytest

from oauth_connector.api.reasons import Reason
from oauth_connector.oauth.errors import Failure, FailureReason, Remedy
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.oauth.signals import RequestPhase, Signal, Symptom
from oauth_connector.oauth.verdicts import classify

CC, PW = GrantType.CLIENT_CREDENTIALS, GrantType.PASSWORD


def of_error(grant: GrantType, error: str, status: int = 400) -> Failure:
    """Classify an OAuth error."""
    return classify(grant, RequestPhase.TOKEN, Signal(Symptom.OAUTH_ERROR, status, error))


ERRORS: dict[str, tuple[GrantType, str, int, FailureReason, Remedy, bool]] = {
    "a refused client": (CC, "invalid_client", 401, FailureReason.CREDENTIALS_REJECTED, Remedy.FIX_CREDENTIALS, True),
    "a refused client with a password": (
        PW,
        "invalid_client",
        401,
        FailureReason.CREDENTIALS_REJECTED,
        Remedy.FIX_CREDENTIALS,
        False,
    ),
    "a refused password": (PW, "invalid_grant", 400, FailureReason.CREDENTIALS_REJECTED, Remedy.FIX_CREDENTIALS, False),
    "a refused password as Canaille says it": (
        PW,
        "invalid_request",
        400,
        FailureReason.CREDENTIALS_REJECTED,
        Remedy.FIX_CREDENTIALS,
        False,
    ),
    "a bad request": (CC, "invalid_request", 400, FailureReason.INVALID_REQUEST, Remedy.FIX_SPEC, True),
    "a grant that makes no sense here": (
        CC,
        "invalid_grant",
        400,
        FailureReason.INVALID_REQUEST,
        Remedy.FIX_SPEC,
        True,
    ),
    "a grant not enabled": (CC, "unauthorized_client", 400, FailureReason.UNAUTHORIZED_CLIENT, Remedy.FIX_SPEC, True),
    "an unknown grant": (
        CC,
        "unsupported_grant_type",
        400,
        FailureReason.UNSUPPORTED_GRANT_TYPE,
        Remedy.FIX_SPEC,
        True,
    ),
    "a wrong scope": (CC, "invalid_scope", 400, FailureReason.INVALID_SCOPE, Remedy.FIX_SPEC, True),
    "a wrong scope beside a password": (PW, "invalid_scope", 400, FailureReason.INVALID_SCOPE, Remedy.FIX_SPEC, False),
    "a wrong audience": (CC, "invalid_target", 400, FailureReason.INVALID_TARGET, Remedy.FIX_SPEC, True),
    "access denied": (CC, "access_denied", 403, FailureReason.ACCESS_DENIED, Remedy.FIX_SPEC, True),
    "the provider's own error": (CC, "server_error", 500, FailureReason.PROVIDER_ERROR, Remedy.RETRY, True),
    "for the moment": (CC, "temporarily_unavailable", 503, FailureReason.PROVIDER_ERROR, Remedy.RETRY, True),
    "too many": (CC, "slow_down", 400, FailureReason.RATE_LIMITED, Remedy.RETRY, True),
    "an unknown error with 4xx": (CC, "made_up", 422, FailureReason.INVALID_REQUEST, Remedy.FIX_SPEC, True),
    "an unknown error with 5xx": (CC, "made_up", 500, FailureReason.PROVIDER_ERROR, Remedy.RETRY, True),
    "an error in capitals": (
        CC,
        "INVALID_CLIENT",
        401,
        FailureReason.CREDENTIALS_REJECTED,
        Remedy.FIX_CREDENTIALS,
        True,
    ),
}


@pytest.mark.parametrize("sentence", ERRORS)
def test_an_oauth_error_has_its_row(sentence: str) -> None:
    """RFC 6749 §5.2 and its kin, for the two grants."""
    grant, error, status, reason, remedy, repeatable = ERRORS[sentence]
    failure = of_error(grant, error, status)
    assert (failure.reason, failure.remedy, failure.repeatable) == (reason, remedy, repeatable)


@pytest.mark.parametrize("phase", RequestPhase)
@pytest.mark.parametrize("grant", GrantType)
@pytest.mark.parametrize("symptom", Symptom)
def test_every_symptom_has_a_row_and_every_reason_a_place_in_the_api(
    symptom: Symptom, grant: GrantType, phase: RequestPhase
) -> None:
    """Every symptom has a reason, and the API lists each reason."""
    failure = classify(grant, phase, Signal(symptom, 400))
    assert Reason(failure.reason.value)


@pytest.mark.parametrize(
    "symptom",
    [Symptom.UNAUTHORIZED, Symptom.NOT_FOUND, Symptom.HTML, Symptom.EMPTY, Symptom.TIMEOUT, Symptom.SERVER_ERROR],
)
def test_a_verdict_of_permanence_needs_a_well_formed_error(symptom: Symptom) -> None:
    """A bare 401 or 404, a web page or no response is retried, because it may be a deployment in progress."""
    assert classify(CC, RequestPhase.TOKEN, Signal(symptom, 500)).remedy is Remedy.RETRY


@pytest.mark.parametrize("status", [400, 401, 403])
def test_an_empty_refusal_of_a_password_counts_as_one(status: int) -> None:
    """Some servers reject a password with an empty response, and retries could lock the account."""
    failure = classify(PW, RequestPhase.TOKEN, Signal(Symptom.EMPTY, status))
    assert (failure.reason, failure.repeatable) == (FailureReason.CREDENTIALS_REJECTED, False)


def test_discovery_has_reasons_of_its_own() -> None:
    """A wrong token URL in one phase is a wrong issuer in the other."""
    for symptom in (Symptom.NOT_FOUND, Symptom.HTML, Symptom.REDIRECT, Symptom.NO_TOKEN_ENDPOINT):
        assert classify(CC, RequestPhase.DISCOVERY, Signal(symptom)).reason is FailureReason.DISCOVERY_FAILED
    assert classify(CC, RequestPhase.DISCOVERY, Signal(Symptom.ISSUER_MISMATCH)).reason is FailureReason.ISSUER_MISMATCH
    assert classify(CC, RequestPhase.DISCOVERY, Signal(Symptom.TIMEOUT)).reason is FailureReason.PROVIDER_UNREACHABLE
