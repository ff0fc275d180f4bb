"""The tables behind `verdicts`: what a word, a status and a symptom mean, and what follows for what was presented.

A word of a provider stands here where its meaning is certain without a preset: a user may name the endpoints instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from oauth_connector.oauth.errors import FailureReason, Remedy
from oauth_connector.oauth.signals import Symptom


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reason, its remedy, and whether what was presented may be sent again."""

    reason: FailureReason
    remedy: Remedy = Remedy.RETRY
    repeatable: bool = True


_R = FailureReason
REJECTED_CLIENT = Verdict(_R.CREDENTIALS_REJECTED, Remedy.FIX_CREDENTIALS)
_BAD_REQUEST = Verdict(_R.INVALID_REQUEST, Remedy.FIX_SPEC)
PROVIDER_ERROR = Verdict(_R.PROVIDER_ERROR)
UNREADABLE = Verdict(_R.INVALID_TOKEN_RESPONSE)
_NO_ENDPOINT = Verdict(_R.ENDPOINT_NOT_FOUND)

WORDS: Mapping[str, Verdict] = {
    # RFC 6749 §5.2
    "invalid_request": _BAD_REQUEST,
    "invalid_client": REJECTED_CLIENT,
    "invalid_grant": _BAD_REQUEST,
    "unauthorized_client": Verdict(_R.UNAUTHORIZED_CLIENT, Remedy.FIX_SPEC),
    "unsupported_grant_type": Verdict(_R.UNSUPPORTED_GRANT_TYPE, Remedy.FIX_SPEC),
    "invalid_scope": Verdict(_R.INVALID_SCOPE, Remedy.FIX_SPEC),
    **dict.fromkeys(
        (
            "invalid_client_secret",  # Zoho
            "incorrect_client_credentials",  # GitHub
            "bad_client_id",  # HubSpot
            "bad_client_secret",  # HubSpot, Slack
            "invalid_client_id",  # Slack, Salesforce
            "invalid_client_credentials",  # Salesforce
            "deleted_client",  # Google
            "disabled_client",  # Google
        ),
        REJECTED_CLIENT,
    ),
    # RFC 8707 §2
    "invalid_target": Verdict(_R.INVALID_TARGET, Remedy.FIX_SPEC),
    # RFC 6749 §4.1.2.1; some token endpoints return them too
    "access_denied": Verdict(_R.ACCESS_DENIED, Remedy.FIX_SPEC),
    "server_error": PROVIDER_ERROR,
    "temporarily_unavailable": PROVIDER_ERROR,
    # RFC 8628 §3.5: the user has not decided yet
    "authorization_pending": Verdict(_R.CONSENT_REQUIRED),
    # RFC 8628 §3.5; servers that count requests return it
    "slow_down": Verdict(_R.RATE_LIMITED),
}

WORDS_WITH_STATUS: Mapping[tuple[str, int], Verdict] = {
    # Keycloak returns it for a wrong client secret: RFC 6749 §5.2 demands 401 for a client that fails to authenticate
    ("unauthorized_client", 401): REJECTED_CLIENT,
    # Apigee returns it for a client ID that it does not know
    ("invalid_request", 401): Verdict(_R.CREDENTIALS_REJECTED),
    # a server that says 401 and means itself: the status is what its framework has decided
    ("server_error", 401): Verdict(_R.CREDENTIALS_REJECTED),
    ("server_error", 403): Verdict(_R.ACCESS_DENIED),
}

SYMPTOMS: Mapping[Symptom, Verdict] = {
    Symptom.OAUTH_ERROR: _BAD_REQUEST,
    Symptom.REDIRECT: Verdict(_R.ENDPOINT_REDIRECTED, Remedy.FIX_SPEC),
    Symptom.NOT_FOUND: _NO_ENDPOINT,
    Symptom.UNAUTHORIZED: Verdict(_R.CREDENTIALS_REJECTED),
    Symptom.FORBIDDEN: Verdict(_R.ACCESS_DENIED),
    Symptom.RATE_LIMITED: Verdict(_R.RATE_LIMITED),
    Symptom.UNAVAILABLE: PROVIDER_ERROR,
    Symptom.SERVER_ERROR: PROVIDER_ERROR,
    Symptom.CLIENT_ERROR: Verdict(_R.INVALID_REQUEST),
    Symptom.EMPTY: UNREADABLE,
    Symptom.HTML: Verdict(_R.INVALID_TOKEN_ENDPOINT),
    Symptom.NOT_JSON: UNREADABLE,
    Symptom.TOO_LARGE: UNREADABLE,
    Symptom.NO_TOKEN: UNREADABLE,
    Symptom.UNSUPPORTED_TOKEN_TYPE: Verdict(_R.UNSUPPORTED_TOKEN_TYPE, Remedy.FIX_SPEC),
    Symptom.UNPRINTABLE_TOKEN: UNREADABLE,
    Symptom.DUPLICATE_KEY: UNREADABLE,
    Symptom.ISSUER_MISMATCH: Verdict(_R.ISSUER_MISMATCH, Remedy.FIX_SPEC),
    Symptom.NO_TOKEN_ENDPOINT: Verdict(_R.DISCOVERY_FAILED),
    Symptom.RESOURCE_MISMATCH: Verdict(_R.RESOURCE_MISMATCH, Remedy.FIX_SPEC),
    Symptom.NO_AUTHORIZATION_SERVER: Verdict(_R.RESOURCE_DISCOVERY_FAILED),
    Symptom.NO_CLIENT: Verdict(_R.REGISTRATION_REJECTED, Remedy.FIX_SPEC),
    Symptom.HOST_NOT_FOUND: Verdict(_R.HOST_NOT_FOUND),
    Symptom.RESOLUTION_FAILED: Verdict(_R.PROVIDER_UNREACHABLE),
    Symptom.CONNECTION_FAILED: Verdict(_R.PROVIDER_UNREACHABLE),
    Symptom.CONNECTION_REFUSED: Verdict(_R.PROVIDER_UNREACHABLE),
    Symptom.CONNECTION_RESET: Verdict(_R.PROVIDER_UNREACHABLE),
    Symptom.CONNECTION_LOST: Verdict(_R.PROVIDER_UNREACHABLE),
    Symptom.NOT_HTTP: UNREADABLE,
    Symptom.TIMEOUT: Verdict(_R.PROVIDER_UNREACHABLE),
    Symptom.SUPERSEDED: Verdict(_R.PROVIDER_UNREACHABLE),  # no status is written, and the next leader sends its own
    Symptom.BAD_CA_BUNDLE: Verdict(_R.CA_BUNDLE_INVALID),
    Symptom.CERTIFICATE_UNTRUSTED: Verdict(_R.CERTIFICATE_UNTRUSTED, Remedy.FIX_SPEC),
    Symptom.CERTIFICATE_SELF_SIGNED: Verdict(_R.CERTIFICATE_UNTRUSTED, Remedy.FIX_SPEC),
    Symptom.CERTIFICATE_ROOT_UNTRUSTED: Verdict(_R.CERTIFICATE_UNTRUSTED, Remedy.FIX_SPEC),
    Symptom.CERTIFICATE_INVALID: Verdict(_R.CERTIFICATE_INVALID),
    Symptom.CERTIFICATE_EXPIRED: Verdict(_R.CERTIFICATE_INVALID),
    Symptom.CERTIFICATE_NOT_YET_VALID: Verdict(_R.CERTIFICATE_INVALID),
    Symptom.CERTIFICATE_OTHER_HOST: Verdict(_R.CERTIFICATE_INVALID),
    Symptom.TLS_FAILED: Verdict(_R.TLS_FAILED),
    Symptom.PLAIN_HTTP: Verdict(_R.TLS_FAILED),
    Symptom.EXPECTS_TLS: Verdict(_R.TLS_FAILED),
    Symptom.DESTINATION_NOT_ALLOWED: Verdict(_R.DESTINATION_NOT_ALLOWED, Remedy.FIX_SPEC),
    Symptom.NOT_RESOLVED_HERE: Verdict(_R.HOST_NOT_FOUND),
    Symptom.PROXY_UNREACHABLE: Verdict(_R.PROVIDER_UNREACHABLE),
    Symptom.PROXY_TLS_FAILED: Verdict(_R.PROVIDER_UNREACHABLE),
    Symptom.PROXY_CREDENTIALS_REJECTED: Verdict(_R.PROVIDER_UNREACHABLE),
    Symptom.PROXY_REFUSED: Verdict(_R.PROVIDER_UNREACHABLE),
    Symptom.PROXY_CANNOT_CONNECT: Verdict(_R.PROVIDER_UNREACHABLE),
}

IN_DISCOVERY: Mapping[Symptom, Verdict] = dict.fromkeys(
    (
        Symptom.REDIRECT,
        Symptom.NOT_FOUND,
        Symptom.UNAUTHORIZED,
        Symptom.FORBIDDEN,
        Symptom.CLIENT_ERROR,
        Symptom.EMPTY,
        Symptom.HTML,
        Symptom.NOT_JSON,
        Symptom.TOO_LARGE,
        Symptom.DUPLICATE_KEY,
        Symptom.OAUTH_ERROR,
        Symptom.NOT_HTTP,
    ),
    Verdict(_R.DISCOVERY_FAILED),
)

IN_RESOURCE_DISCOVERY = dict.fromkeys(IN_DISCOVERY, Verdict(_R.RESOURCE_DISCOVERY_FAILED))
IN_REGISTRATION = dict.fromkeys(IN_DISCOVERY, Verdict(_R.REGISTRATION_REJECTED, Remedy.FIX_SPEC))

# --- what was presented ---------------------------------------------------------------------------------------------
REFUSED_PASSWORD = Verdict(_R.CREDENTIALS_REJECTED, Remedy.FIX_CREDENTIALS, repeatable=False)
REFUSED_ASSERTION = Verdict(_R.ASSERTION_REJECTED, Remedy.FIX_CREDENTIALS, repeatable=False)
REFUSED_GRANT = Verdict(_R.REFRESH_TOKEN_REJECTED, Remedy.CONSENT_AGAIN, repeatable=False)
REFUSED_CODE = Verdict(_R.CONSENT_REQUIRED, Remedy.CONSENT_AGAIN, repeatable=False)
DOUBTFUL_GRANT = Verdict(_R.REFRESH_TOKEN_REJECTED)
CREDENTIALS_NEXT = Verdict(_R.REFRESH_TOKEN_REJECTED, repeatable=False)

INVALID_GRANT_WORDS = frozenset(
    {
        "invalid_grant",
        # OpenID Connect Core §3.1.2.6: no refresh succeeds before the user has signed in
        *("interaction_required", "login_required", "consent_required"),
        *("bad_verification_code", "bad_refresh_token", "bad_auth_code", "incorrect_device_code"),  # GitHub, HubSpot
        *("invalid_code", "code_already_used"),  # Zoho, Slack
        *("invalid_refresh_token", "refresh_token_expired", "refresh_token_revoked"),
        *("refresh_token_not_found", "refresh_token_already_used"),  # Supabase
        "bxnim0408e",  # IBM Cloud: "Provided refresh token is expired"
    }
)
"""Words for a code or refresh token that is invalid for certain: RFC 6749 §5.2, and of providers."""

NOT_THE_PASSWORD = frozenset(
    {
        _R.UNAUTHORIZED_CLIENT,
        _R.UNSUPPORTED_GRANT_TYPE,
        _R.INVALID_SCOPE,
        _R.INVALID_TARGET,
        _R.ENDPOINT_NOT_FOUND,
    }
)
"""Reasons that name another cause than the password. It is not sent again all the same."""

NOT_THE_REFRESH_TOKEN = frozenset(
    {
        _R.CREDENTIALS_REJECTED,
        _R.UNSUPPORTED_GRANT_TYPE,
        _R.INVALID_SCOPE,
        _R.INVALID_TARGET,
        _R.ENDPOINT_NOT_FOUND,
    }
)
"""Reasons that name another cause than the refresh token."""

WITHOUT_TOKEN = frozenset({Symptom.NO_TOKEN, Symptom.UNPRINTABLE_TOKEN})
"""What a success without a usable token shows. Casdoor writes the error in the place of the token."""

NO_ANSWER_TO_PASSWORD = WITHOUT_TOKEN | {Symptom.NOT_JSON, Symptom.EMPTY}
"""The same for a password, which a server may also refuse with a sentence, a list, or nothing."""

OF_PROXIES = frozenset({SYMPTOMS[Symptom.FORBIDDEN], SYMPTOMS[Symptom.HTML]})
"""Verdicts on responses that a firewall or a proxy sends, too."""

PASSWORD_WORDS = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "access_denied"})
