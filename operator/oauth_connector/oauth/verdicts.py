"""The verdict on each failure, in tables: by (grant, phase, signal), a reason and a remedy (RFC 6749 §5.2).

A word of RFC 6749 counts with any status below 500; any other response is judged by its status. A remedy that needs a
user requires such a word: a bare 401, a 404 or a web page may be caused by a rollout of the provider. What a user typed
is the exception: it is never sent again after any refusal, because servers lock accounts. An assertion or a token of
another server is sent again after a refusal, unless the word is about it.
"""

from dataclasses import replace

from oauth_connector.oauth.errors import Failure, FailureReason, Remedy
from oauth_connector.oauth.grants.grant import Renewal
from oauth_connector.oauth.grants.registry import GRANTS, GrantType
from oauth_connector.oauth.signals import RequestPhase, Signal, Symptom
from oauth_connector.oauth.statuses import classify_error_status
from oauth_connector.oauth.verdict_tables import (
    CREDENTIALS_NEXT,
    DOUBTFUL_GRANT,
    IN_DISCOVERY,
    IN_REGISTRATION,
    IN_RESOURCE_DISCOVERY,
    INVALID_GRANT_WORDS,
    NO_ANSWER_TO_PASSWORD,
    NOT_THE_PASSWORD,
    NOT_THE_REFRESH_TOKEN,
    OF_PROXIES,
    PASSWORD_WORDS,
    PROVIDER_ERROR,
    REFUSED_ASSERTION,
    REFUSED_CODE,
    REFUSED_GRANT,
    REFUSED_PASSWORD,
    SYMPTOMS,
    UNREADABLE,
    WITHOUT_TOKEN,
    WORDS,
    WORDS_WITH_STATUS,
    Verdict,
)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEMPORARY = frozenset({408, 425, 429})
_IN_PHASE = {
    RequestPhase.DISCOVERY: IN_DISCOVERY,
    RequestPhase.RESOURCE: IN_RESOURCE_DISCOVERY,
    RequestPhase.REGISTRATION: IN_REGISTRATION,
}


def classify(grant: GrantType, phase: RequestPhase, signal: Signal) -> Failure:
    """Classify a signal by the grant and the phase of its request (RFC 6749 §5.2)."""
    verdict = _judge_in_phase(phase, signal)
    if phase is RequestPhase.TOKEN and GRANTS[grant].locks_accounts:
        verdict = _judge_password(verdict, signal)
    elif phase is RequestPhase.TOKEN and is_refusal(signal) and _read_word(signal) in GRANTS[grant].words_of_refusal:
        verdict = REFUSED_ASSERTION
    elif phase is RequestPhase.INITIAL_REFRESH:
        verdict = _judge_initial_refresh_token(verdict, signal)
    elif phase is RequestPhase.REFRESH:
        verdict = _judge_refresh_token(verdict, signal, GRANTS[grant].renewal)
    elif phase is RequestPhase.CODE and _is_invalid_grant(signal):
        verdict = REFUSED_CODE
    return Failure(verdict.reason, verdict.remedy, verdict.repeatable, signal)


def is_refusal(signal: Signal) -> bool:
    """Return whether a server has refused what was presented, in any words.

    That is a 4xx other than 408, 425 and 429, or an error with status 2xx (GitHub, Slack, Zoho). A 5xx is none, even
    where its body says so: the server has failed.
    """
    status = signal.http_status or 0
    if signal.symptom is Symptom.RATE_LIMITED:
        return False
    if 200 <= status < 300:  # noqa: PLR2004  # HTTP
        return signal.symptom is Symptom.OAUTH_ERROR
    return 400 <= status < 500 and status not in _TEMPORARY  # noqa: PLR2004  # HTTP


def has_invalid_grant_word(signal: Signal) -> bool:
    """Return whether a response says, with any status, that the presented code or refresh token is invalid."""
    return _read_word(signal) in INVALID_GRANT_WORDS


def may_be_refusal(signal: Signal) -> bool:
    """Return whether a response that may have been processed (`is_unknown`) may also be a refusal.

    It has the word for one, with a 5xx; or it is an object without a usable token, as some servers answer with status
    200 to a refresh token that is invalid (WeChat, Casdoor).
    """
    return has_invalid_grant_word(signal) or signal.symptom in WITHOUT_TOKEN


def _is_invalid_grant(signal: Signal) -> bool:
    return is_refusal(signal) and has_invalid_grant_word(signal)


def _read_word(signal: Signal) -> str:
    return (signal.oauth_error or "").lower() if signal.symptom is Symptom.OAUTH_ERROR else ""


def _judge(signal: Signal) -> Verdict:
    """Judge a response by its word and its status, and everything else by the symptom."""
    word, status = _read_word(signal), signal.http_status or 0
    meaning = classify_error_status(status)
    if status >= 500 and meaning is not None:  # noqa: PLR2004  # HTTP
        return PROVIDER_ERROR if word else SYMPTOMS[meaning]
    if signal.symptom is Symptom.REDIRECT and status and status not in _REDIRECTS:
        return UNREADABLE
    known = WORDS_WITH_STATUS.get((word, status)) or WORDS.get(word) or (SYMPTOMS[meaning] if meaning else None)
    if known is not None:
        return known
    is_unspecific = not word and signal.symptom is not Symptom.HTML
    return SYMPTOMS[Symptom.CLIENT_ERROR if 400 <= status < 500 and is_unspecific else signal.symptom]  # noqa: PLR2004  # HTTP


def _judge_in_phase(phase: RequestPhase, signal: Signal) -> Verdict:
    """Judge a request that presents nothing by its own table; a registration that a 5xx ends is repeated."""
    is_of_server = phase is RequestPhase.REGISTRATION and (signal.http_status or 0) >= 500  # noqa: PLR2004  # HTTP
    own = _IN_PHASE.get(phase, {}).get(signal.symptom) if not is_of_server else None
    return own or _judge(signal)


def _judge_password(verdict: Verdict, signal: Signal) -> Verdict:
    """Never repeat a refused password, whatever the words of the refusal: servers lock accounts.

    A success without a usable token counts as a refusal. A 5xx that says so is repeated slowly.
    """
    is_success = 200 <= (signal.http_status or 0) < 300  # noqa: PLR2004  # HTTP
    if is_refusal(signal) or (is_success and signal.symptom in NO_ANSWER_TO_PASSWORD):
        return _forbid(verdict, NOT_THE_PASSWORD, REFUSED_PASSWORD)
    return Verdict(FailureReason.CREDENTIALS_REJECTED) if _read_word(signal) in PASSWORD_WORDS else verdict


def _judge_initial_refresh_token(verdict: Verdict, signal: Signal) -> Verdict:
    refused = is_refusal(signal)
    return _forbid(verdict, NOT_THE_REFRESH_TOKEN, REFUSED_GRANT) if refused else verdict


def _forbid(verdict: Verdict, elsewhere: frozenset[FailureReason], otherwise: Verdict) -> Verdict:
    """Return the verdict that allows no repetition: for a cause elsewhere, its own reason."""
    if verdict.reason not in elsewhere:
        return otherwise
    remedy = Remedy.FIX_SPEC if verdict.remedy is Remedy.RETRY else verdict.remedy
    if verdict.reason is FailureReason.CREDENTIALS_REJECTED:
        remedy = Remedy.FIX_CREDENTIALS
    return replace(verdict, remedy=remedy, repeatable=False)


def _judge_refresh_token(verdict: Verdict, signal: Signal, renewal: Renewal) -> Verdict:
    """Give a refresh token up where it is invalid for certain; credentials replace it after any refusal."""
    if not is_refusal(signal):
        return verdict
    if renewal is Renewal.CREDENTIALS:
        return verdict if verdict.reason is FailureReason.ENDPOINT_NOT_FOUND else CREDENTIALS_NEXT
    if _is_invalid_grant(signal):
        return REFUSED_GRANT
    is_elsewhere = verdict.reason in NOT_THE_REFRESH_TOKEN or verdict in OF_PROXIES
    return verdict if is_elsewhere else DOUBTFUL_GRANT
