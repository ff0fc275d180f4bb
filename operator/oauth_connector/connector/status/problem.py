"""Why a connector has no fresh token, with the remedy that decides who has to act."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from oauth_connector.api.connection_messages import CONNECTION_MESSAGES
from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.fields import FieldProblem
from oauth_connector.api.schema.times import format_epoch
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.effective import name_client, token_host
from oauth_connector.connector.schedule.refresh_time import RetryPace
from oauth_connector.connector.status.odd_responses import describe_oddity
from oauth_connector.oauth.errors import Failure, FailureReason, Remedy
from oauth_connector.oauth.signals import RequestPhase, Signal, Symptom
from oauth_connector.oauth.verdicts import classify
from oauth_connector.providers.registry import PRESETS

_SLOW = frozenset(
    {
        FailureReason.ENDPOINT_NOT_FOUND,
        FailureReason.INVALID_TOKEN_ENDPOINT,
        FailureReason.CREDENTIALS_REJECTED,
        FailureReason.ACCESS_DENIED,
        FailureReason.INVALID_REQUEST,
    }
)

FOUND_BEFORE_SENDING = frozenset(
    {
        Reason.CREDENTIALS_NOT_FOUND,
        Reason.CREDENTIALS_INVALID,
        Reason.CREDENTIALS_NOT_ALLOWED,
        Reason.SERVICE_ACCOUNT_TOKENS_DISABLED,
        Reason.SERVICE_ACCOUNT_NOT_FOUND,
        Reason.SERVICE_ACCOUNT_NOT_ALLOWED,
        Reason.OPERATOR_TOKEN_NOT_ALLOWED,
        Reason.GRANT_BINDING_MISMATCH,
        Reason.ISSUER_CHANGED,
        Reason.ISSUER_NOT_LISTED,
        Reason.INVALID_SPEC,  # a refresh URL at another server than the token endpoint, which may be discovered
    }
)
"""Reasons that are found before a request is sent, most of credentials: another check sends nothing to the server."""

REFUSED_CREDENTIALS = FOUND_BEFORE_SENDING | {Reason.CREDENTIALS_REJECTED, Reason.REFRESH_TOKEN_REJECTED}
"""Reasons with which no request is sent for a claim in doubt alone."""

CREDENTIAL_REASONS = REFUSED_CREDENTIALS | {
    # servers return these for a wrong client secret too, and another client may have the permission that is missing
    Reason.ASSERTION_REJECTED,
    Reason.UNAUTHORIZED_CLIENT,
    Reason.UNSUPPORTED_GRANT_TYPE,
    Reason.INVALID_REQUEST,
    Reason.INVALID_SCOPE,
    Reason.INVALID_TARGET,
    Reason.ACCESS_DENIED,
    # some servers answer a wrong client with 404 (GitHub), or with an object without a token (WeCom)
    Reason.ENDPOINT_NOT_FOUND,
    Reason.INVALID_TOKEN_RESPONSE,
    Reason.SERVICE_ACCOUNT_TOKEN_DENIED,
    # a client certificate is a credential
    Reason.TLS_FAILED,
}
"""Reasons that a changed credential Secret may end. While status contains one, that Secret is read every minute."""

_STRAIN = frozenset({Symptom.RATE_LIMITED, Symptom.UNAVAILABLE, Symptom.TIMEOUT})


_UNSUPPORTED_MEDIA_TYPE = 415


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason, who can repair it, and the facts for its sentence, none of which is text of the provider.

    `repeatable` is false where what was presented must never be sent again: a rejected password.
    """

    reason: Reason
    remedy: Remedy
    facts: Mapping[str, str] = field(default_factory=dict)
    signal: Signal | None = None
    repeatable: bool = True

    @property
    def needs_action(self) -> bool:
        """Return whether a user must act, because retries alone do not end the problem."""
        return self.remedy is not Remedy.RETRY

    @property
    def pace(self) -> RetryPace:
        """Return the pauses between retries."""
        if self.reason is Reason.REFRESH_TOKEN_REJECTED:
            return RetryPace.FADING if self.repeatable else RetryPace.NEXT
        if self.needs_action:
            return RetryPace.PROBE
        return RetryPace.SLOW if self.reason.value in _SLOW else RetryPace.QUICK


def is_strain(signal: Signal) -> bool:
    """Return whether a host is overloaded. A port that accepts no connection is no sign of that."""
    return signal.symptom in _STRAIN and (signal.symptom is not Symptom.TIMEOUT or signal.sent)


def of_signal(spec: OAuthConnectorSpec, phase: RequestPhase, signal: Signal) -> Problem:
    """Return the problem of a connector whose request failed with a signal, with the host that the spec names."""
    failure = classify(spec.grant_type, phase, signal)
    facts = {"host": token_host(spec), **describe_oddity(signal), **_describe_refusal(spec, failure)}
    if signal.symptom in CONNECTION_MESSAGES and failure.reason is not FailureReason.DISCOVERY_FAILED:
        facts["symptom"] = signal.symptom.value
    return of_failure(failure, {**facts, **_explain_code(spec, signal)})


def _describe_refusal(spec: OAuthConnectorSpec, failure: Failure) -> dict[str, str]:
    """Return what the sentence of a refusal says beyond its reason, if anything."""
    if failure.reason is FailureReason.REFRESH_TOKEN_REJECTED and failure.repeatable:
        return {"refused_with": str(failure.signal.http_status)}
    if failure.reason is FailureReason.CREDENTIALS_REJECTED and failure.signal.oauth_error == "unauthorized_client":
        return {"refused_grant": spec.grant_type.value}
    if failure.reason is FailureReason.ASSERTION_REJECTED:
        return {"presented": spec.describe_presented()}
    if failure.reason is FailureReason.DISCOVERY_FAILED and failure.signal.symptom is Symptom.HTML:
        return {"instead": "a web page"}
    if failure.reason is FailureReason.INVALID_REQUEST and _is_media_type_refused(failure.signal):
        return {"refused_form": str(_UNSUPPORTED_MEDIA_TYPE)}
    is_final = not failure.repeatable and failure.remedy is Remedy.FIX_SPEC
    return {"not_repeated": "true"} if is_final else _describe_account(spec, failure)


def _describe_account(spec: OAuthConnectorSpec, failure: Failure) -> dict[str, str]:
    """Return the facts about the ServiceAccount of a client that is refused, if it has one."""
    account = spec.client.service_account
    is_refused = failure.reason is FailureReason.CREDENTIALS_REJECTED
    if not is_refused or account is None:
        return {}
    if account.name is None:
        return {"operator_audience": account.audience}
    return {"account": account.name, "audience": account.audience}


def _is_media_type_refused(signal: Signal) -> bool:
    """Return whether a server takes no form at all: a token endpoint must (RFC 6749 §3.2, RFC 9110 §15.5.16)."""
    return signal.http_status == _UNSUPPORTED_MEDIA_TYPE and not signal.oauth_error


def _explain_code(spec: OAuthConnectorSpec, signal: Signal) -> dict[str, str]:
    """Return the code of the provider and its sentence, where a preset has one.

    Without a preset only a code counts that is unmistakable: one that no RFC defines.
    """
    known = spec.provider.known
    codes = [signal.provider_code, signal.oauth_error] if known else [signal.provider_code]
    for preset, code in product([known] if known else PRESETS.values(), codes):
        if code is not None and code in preset.codes:
            return {"code": code, "code_meaning": preset.codes[code]}
    return {}


def show_signal(problem: Problem, shown: Signal) -> Problem:
    """Return a problem that shows another signal than it was judged by: one without codes that must not be shown."""
    if shown == problem.signal:
        return problem
    facts = {name: fact for name, fact in problem.facts.items() if name not in ("code", "code_meaning")}
    return replace(problem, signal=shown, facts=facts)


def of_failure(failure: Failure, facts: Mapping[str, str]) -> Problem:
    """Return the problem for a failure of the provider or the network."""
    return Problem(Reason(failure.reason.value), failure.remedy, facts, failure.signal, failure.repeatable)


def invalid_spec(problems: Sequence[FieldProblem]) -> Problem:
    """Return the problem of an invalid spec; it names the first wrong field and how to correct it."""
    return Problem(Reason.INVALID_SPEC, Remedy.FIX_SPEC, {"field": problems[0].path, "cure": problems[0].message})


def describe_limit(spec: OAuthConnectorSpec, until: float) -> Problem:
    """Return the problem of a client that the server has limited; `until` is in seconds since the epoch."""
    facts = {"client": name_client(spec), "until": format_epoch(math.ceil(until))}
    return Problem(Reason.RATE_LIMITED, Remedy.RETRY, facts)
