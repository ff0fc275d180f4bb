"""Failures of requests to a provider: a reason and a remedy for each. `verdicts` has the table that assigns them."""

from dataclasses import dataclass
from enum import StrEnum

from oauth_connector.oauth.signals import Signal


class Remedy(StrEnum):
    """What repairs a failure."""

    RETRY = "Retry"
    FIX_SPEC = "FixSpec"
    FIX_CREDENTIALS = "FixCredentials"
    CONSENT_AGAIN = "ConsentAgain"


class FailureReason(StrEnum):
    """Why there is no token; each is also a reason of the API."""

    CREDENTIALS_REJECTED = "CredentialsRejected"
    ASSERTION_REJECTED = "AssertionRejected"
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
    RESOURCE_DISCOVERY_FAILED = "ResourceDiscoveryFailed"
    RESOURCE_MISMATCH = "ResourceMismatch"
    REGISTRATION_REJECTED = "RegistrationRejected"
    REFRESH_TOKEN_REJECTED = "RefreshTokenRejected"
    CONSENT_REQUIRED = "ConsentRequired"


@dataclass(frozen=True, slots=True)
class Failure:
    """A reason and its remedy. Not `repeatable`: what was presented must not be sent again (a refused password).

    Not `repeatable` with the remedy `RETRY`: other credentials are presented next.
    """

    reason: FailureReason
    remedy: Remedy
    repeatable: bool
    signal: Signal
