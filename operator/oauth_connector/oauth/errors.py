"""Failures of requests to a provider and their remedies, in one table (RFC 6749 §5.2).

`classify` looks a `Signal` up by (grant, phase, signal) and returns a `Failure` with a reason and a remedy. A remedy
that needs a user requires a well-formed OAuth error: a bare 401, a 404 or a web page may be caused by a rollout of the
provider, and the request is repeated slowly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from oauth_connector.oauth.grants.grant import Renewal
from oauth_connector.oauth.grants.registry import GRANTS, GrantType
from oauth_connector.oauth.signals import RequestPhase, Signal, Symptom


class Remedy(StrEnum):
    """What repairs a failure."""

    RETRY = "Retry"
    FIX_SPEC = "FixSpec"
    FIX_CREDENTIALS = "FixCredentials"
    CONSENT_AGAIN = "ConsentAgain"


class FailureReason(StrEnum):
    """Why there is no token; each is also a reason of the API."""

    CREDENTIALS_REJECTED = "CredentialsRejected"
    UNAUTHORIZED_CLIENT = "UnauthorizedClient"
    UNSUPPORTED_GRANT_TYPE = "UnsupportedGrantType"
    INVALID_SCOPE = "InvalidScope"
    INVALID_TARGET = "InvalidTarget"
    INVALID_REQUEST = "InvalidRequest"
    ACCESS_DENIED = "AccessDenied"
    INVALID_TOKEN_RESPONSE = "InvalidTokenResponse"
    UNSUPPORTED_TOKEN_TYPE = "UnsupportedTokenType"
    INVALID_TOKEN_ENDPOINT = "InvalidTokenEndpoint"
    ENDPOINT_NOT_FOUND = "EndpointNotFound"
    ENDPOINT_REDIRECTED = "EndpointRedirected"
    PROVIDER_ERROR = "ProviderError"
    RATE_LIMITED = "RateLimited"
    PROVIDER_UNREACHABLE = "ProviderUnreachable"
    HOST_NOT_FOUND = "HostNotFound"
    CA_BUNDLE_INVALID = "CABundleInvalid"
    CERTIFICATE_UNTRUSTED = "CertificateUntrusted"
    CERTIFICATE_INVALID = "CertificateInvalid"
    TLS_FAILED = "TLSFailed"
    DESTINATION_NOT_ALLOWED = "DestinationNotAllowed"
    DISCOVERY_FAILED = "DiscoveryFailed"
    ISSUER_MISMATCH = "IssuerMismatch"
    REFRESH_TOKEN_REJECTED = "RefreshTokenRejected"
    CONSENT_REQUIRED = "ConsentRequired"


@dataclass(frozen=True, slots=True)
class Failure:
    """A reason and its remedy. Not `repeatable`: the same credentials must not be sent again (a refused password)."""

    reason: FailureReason
    remedy: Remedy
    repeatable: bool
    signal: Signal


@dataclass(frozen=True, slots=True)
class _Row:
    reason: FailureReason
    remedy: Remedy = Remedy.RETRY
    repeatable: bool = True


_R = FailureReason
_REFUSED_PASSWORD = _Row(_R.CREDENTIALS_REJECTED, Remedy.FIX_CREDENTIALS, repeatable=False)
_BAD_REQUEST = _Row(_R.INVALID_REQUEST, Remedy.FIX_SPEC)

_OAUTH_ERRORS: Mapping[str, _Row] = {
    # RFC 6749 §5.2
    "invalid_request": _BAD_REQUEST,
    "invalid_client": _Row(_R.CREDENTIALS_REJECTED, Remedy.FIX_CREDENTIALS),
    "invalid_grant": _BAD_REQUEST,
    "unauthorized_client": _Row(_R.UNAUTHORIZED_CLIENT, Remedy.FIX_SPEC),
    "unsupported_grant_type": _Row(_R.UNSUPPORTED_GRANT_TYPE, Remedy.FIX_SPEC),
    "invalid_scope": _Row(_R.INVALID_SCOPE, Remedy.FIX_SPEC),
    # RFC 8707 §2
    "invalid_target": _Row(_R.INVALID_TARGET, Remedy.FIX_SPEC),
    # RFC 6749 §4.1.2.1; some token endpoints return them too
    "access_denied": _Row(_R.ACCESS_DENIED, Remedy.FIX_SPEC),
    "server_error": _Row(_R.PROVIDER_ERROR),
    "temporarily_unavailable": _Row(_R.PROVIDER_ERROR),
    # RFC 8628 §3.5; servers that count requests return it
    "slow_down": _Row(_R.RATE_LIMITED),
}

_PASSWORD_ERRORS: Mapping[str, _Row] = {
    "invalid_grant": _REFUSED_PASSWORD,
    # Canaille and Authlib's server return it for a wrong password; a locked account costs more than a missed retry.
    "invalid_request": _REFUSED_PASSWORD,
    "access_denied": _REFUSED_PASSWORD,
}

_GRANT_REFUSED = _Row(_R.REFRESH_TOKEN_REJECTED, Remedy.CONSENT_AGAIN, repeatable=False)
_SENT_AGAIN = _Row(_R.REFRESH_TOKEN_REJECTED)
_CODE_REFUSED = _Row(_R.CONSENT_REQUIRED, Remedy.CONSENT_AGAIN, repeatable=False)

_INVALID_GRANT_ERRORS = frozenset({"invalid_grant", "bad_refresh_token", "bad_verification_code", "invalid_code"})
"""Errors for a code or refresh token that is invalid: RFC 6749 §5.2, two of GitHub and one of Zoho."""

_SYMPTOMS: Mapping[Symptom, _Row] = {
    Symptom.REDIRECT: _Row(_R.ENDPOINT_REDIRECTED, Remedy.FIX_SPEC),
    Symptom.NOT_FOUND: _Row(_R.ENDPOINT_NOT_FOUND),
    Symptom.UNAUTHORIZED: _Row(_R.CREDENTIALS_REJECTED),
    Symptom.RATE_LIMITED: _Row(_R.RATE_LIMITED),
    Symptom.UNAVAILABLE: _Row(_R.PROVIDER_ERROR),
    Symptom.SERVER_ERROR: _Row(_R.PROVIDER_ERROR),
    Symptom.CLIENT_ERROR: _Row(_R.INVALID_TOKEN_RESPONSE),
    Symptom.EMPTY: _Row(_R.INVALID_TOKEN_RESPONSE),
    Symptom.HTML: _Row(_R.INVALID_TOKEN_ENDPOINT),
    Symptom.NOT_JSON: _Row(_R.INVALID_TOKEN_RESPONSE),
    Symptom.TOO_LARGE: _Row(_R.INVALID_TOKEN_RESPONSE),
    Symptom.NO_TOKEN: _Row(_R.INVALID_TOKEN_RESPONSE),
    Symptom.UNSUPPORTED_TOKEN_TYPE: _Row(_R.UNSUPPORTED_TOKEN_TYPE, Remedy.FIX_SPEC),
    Symptom.UNPRINTABLE_TOKEN: _Row(_R.INVALID_TOKEN_RESPONSE),
    Symptom.DUPLICATE_KEY: _Row(_R.INVALID_TOKEN_RESPONSE),
    Symptom.ISSUER_MISMATCH: _Row(_R.ISSUER_MISMATCH, Remedy.FIX_SPEC),
    Symptom.NO_TOKEN_ENDPOINT: _Row(_R.DISCOVERY_FAILED),
    Symptom.HOST_NOT_FOUND: _Row(_R.HOST_NOT_FOUND),
    Symptom.RESOLUTION_FAILED: _Row(_R.PROVIDER_UNREACHABLE),
    Symptom.CONNECTION_FAILED: _Row(_R.PROVIDER_UNREACHABLE),
    Symptom.CONNECTION_LOST: _Row(_R.PROVIDER_UNREACHABLE),
    Symptom.TIMEOUT: _Row(_R.PROVIDER_UNREACHABLE),
    Symptom.BAD_CA_BUNDLE: _Row(_R.CA_BUNDLE_INVALID),
    Symptom.CERTIFICATE_UNTRUSTED: _Row(_R.CERTIFICATE_UNTRUSTED, Remedy.FIX_SPEC),
    Symptom.CERTIFICATE_INVALID: _Row(_R.CERTIFICATE_INVALID),
    Symptom.TLS_FAILED: _Row(_R.TLS_FAILED),
    Symptom.DESTINATION_NOT_ALLOWED: _Row(_R.DESTINATION_NOT_ALLOWED, Remedy.FIX_SPEC),
}

_IN_DISCOVERY: Mapping[Symptom, _Row] = dict.fromkeys(
    (
        Symptom.REDIRECT,
        Symptom.NOT_FOUND,
        Symptom.UNAUTHORIZED,
        Symptom.CLIENT_ERROR,
        Symptom.EMPTY,
        Symptom.HTML,
        Symptom.NOT_JSON,
        Symptom.TOO_LARGE,
        Symptom.DUPLICATE_KEY,
        Symptom.OAUTH_ERROR,
    ),
    _Row(_R.DISCOVERY_FAILED),
)

_REFUSING = range(400, 404)
_UNAUTHORIZED = frozenset({401, 403})


def classify(grant: GrantType, phase: RequestPhase, signal: Signal) -> Failure:
    """Classify a signal by the grant and the phase of its request (RFC 6749 §5.2)."""
    row = _find_row(grant, phase, signal)
    return Failure(row.reason, row.remedy, row.repeatable, signal)


def _find_row(grant: GrantType, phase: RequestPhase, signal: Signal) -> _Row:
    if phase is RequestPhase.DISCOVERY and signal.symptom in _IN_DISCOVERY:
        return _IN_DISCOVERY[signal.symptom]
    if signal.symptom is Symptom.OAUTH_ERROR:
        return _find_error_row(grant, phase, signal)
    # glewlwyd responds to a wrong password with 403 and an empty body. It counts as a refusal: accounts may be locked.
    silent = signal.symptom is Symptom.EMPTY and signal.http_status in _REFUSING
    if GRANTS[grant].locks_accounts and phase is RequestPhase.TOKEN and silent:
        return _REFUSED_PASSWORD
    if signal.symptom is Symptom.EMPTY and signal.http_status in _UNAUTHORIZED:
        return _SYMPTOMS[Symptom.UNAUTHORIZED]
    return _SYMPTOMS[signal.symptom]


def _find_error_row(grant: GrantType, phase: RequestPhase, signal: Signal) -> _Row:
    """Find the row of an `error` code; an unknown one is a fault of the spec with status 4xx, else of the provider."""
    error = (signal.oauth_error or "").lower()
    if phase in (RequestPhase.CODE, RequestPhase.REFRESH) and error in _INVALID_GRANT_ERRORS:
        if phase is RequestPhase.CODE:
            return _CODE_REFUSED
        return _SENT_AGAIN if GRANTS[grant].renewal is Renewal.CREDENTIALS else _GRANT_REFUSED
    if GRANTS[grant].locks_accounts and phase is RequestPhase.TOKEN and error in _PASSWORD_ERRORS:
        return _PASSWORD_ERRORS[error]
    if error in _OAUTH_ERRORS:
        return _OAUTH_ERRORS[error]
    return _BAD_REQUEST if (signal.http_status or 0) < 500 else _Row(_R.PROVIDER_ERROR)  # noqa: PLR2004  # HTTP
