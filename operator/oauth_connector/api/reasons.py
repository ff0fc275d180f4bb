"""Every reason that a condition can have: a closed set, each with one sentence that says what to do.

A sentence is a fixed template filled from spec and metadata only: never with the provider's words, ids or times, so
that an unchanged situation gives an unchanged status. `explanations` says more, for the reference page.
"""

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from string import Formatter


class Reason(StrEnum):
    """Why a condition is as it is. The reasons of `oauth.errors.FailureReason` are all among them."""

    TOKEN_ISSUED = "TokenIssued"  # a reason
    PROGRESSING = "Progressing"
    TOKEN_EXPIRED = "TokenExpired"  # a reason
    SUSPENDED = "Suspended"
    INVALID_SPEC = "InvalidSpec"
    PROGRESS_DEADLINE_EXCEEDED = "ProgressDeadlineExceeded"
    # credentials
    CREDENTIALS_NOT_FOUND = "CredentialsNotFound"
    CREDENTIALS_INVALID = "CredentialsInvalid"
    CREDENTIALS_NOT_ALLOWED = "CredentialsNotAllowed"
    CREDENTIALS_REJECTED = "CredentialsRejected"
    CA_BUNDLE_NOT_FOUND = "CABundleNotFound"
    # consent
    CONSENT_REQUIRED = "ConsentRequired"
    REFRESH_TOKEN_REJECTED = "RefreshTokenRejected"
    GRANT_EXPIRED = "GrantExpired"
    GRANT_BINDING_MISMATCH = "GrantBindingMismatch"
    SCOPES_CHANGED = "ScopesChanged"
    REFRESH_TOKEN_MISSING = "RefreshTokenMissing"  # a reason
    REFRESH_TOKEN_EXPIRING = "RefreshTokenExpiring"  # a reason
    REDIRECT_URI_INVALID = "RedirectURIInvalid"
    STATE_CONFLICT = "StateConflict"
    # the Secret
    SECRET_CONFLICT = "SecretConflict"  # a reason
    SECRET_WRITE_REJECTED = "SecretWriteRejected"  # a reason
    SECRET_CONTESTED = "SecretContested"  # a reason
    # what the provider says
    UNAUTHORIZED_CLIENT = "UnauthorizedClient"
    UNSUPPORTED_GRANT_TYPE = "UnsupportedGrantType"
    INVALID_SCOPE = "InvalidScope"
    INVALID_TARGET = "InvalidTarget"
    INVALID_REQUEST = "InvalidRequest"
    ACCESS_DENIED = "AccessDenied"
    INVALID_TOKEN_RESPONSE = "InvalidTokenResponse"  # a reason
    UNSUPPORTED_TOKEN_TYPE = "UnsupportedTokenType"  # a reason
    NOT_A_TOKEN_ENDPOINT = "NotATokenEndpoint"  # a reason
    ENDPOINT_NOT_FOUND = "EndpointNotFound"
    ENDPOINT_REDIRECTS = "EndpointRedirects"
    PROVIDER_ERROR = "ProviderError"
    RATE_LIMITED = "RateLimited"
    DISCOVERY_FAILED = "DiscoveryFailed"
    ISSUER_MISMATCH = "IssuerMismatch"
    # the way there
    PROVIDER_UNREACHABLE = "ProviderUnreachable"
    HOST_NOT_FOUND = "HostNotFound"
    CA_BUNDLE_INVALID = "CABundleInvalid"
    CERTIFICATE_UNTRUSTED = "CertificateUntrusted"
    CERTIFICATE_INVALID = "CertificateInvalid"
    TLS_FAILED = "TLSFailed"
    DESTINATION_NOT_ALLOWED = "DestinationNotAllowed"


SENTENCES: Mapping[Reason, str] = {
    Reason.TOKEN_ISSUED: "Secret `{secret}` holds a valid token",
    Reason.PROGRESSING: "A token is being asked for",
    Reason.TOKEN_EXPIRED: "The token in Secret `{secret}` has expired and could not be replaced yet; it is left in"
    " place, and the operator goes on trying",
    Reason.SUSPENDED: "Suspended, and there is no valid token: set spec.suspend to false to go on",
    Reason.INVALID_SPEC: "{field}: {cure}",
    Reason.PROGRESS_DEADLINE_EXCEEDED: "No valid token for ten minutes; the operator goes on trying: see the reason of"
    " Ready",
    Reason.CREDENTIALS_NOT_FOUND: "Secret `{credential}` is not in this namespace: create it, with key `{key}`",
    Reason.CREDENTIALS_INVALID: "Key `{key}` of Secret `{credential}` cannot be used: {cause}; put the value right",
    Reason.CREDENTIALS_NOT_ALLOWED: "Secret `{credential}` may not be sent to {host}: add the host to its annotation"
    " oauthconnector.dev/allowed-hosts",
    Reason.CREDENTIALS_REJECTED: "{host} refuses the credentials: compare the client's id, secret and authentication"
    " (and the user's name and password) with what is registered, then change the Secret; it is looked at every"
    " minute",
    Reason.CA_BUNDLE_NOT_FOUND: "ConfigMap `{configmap}` with key `{key}`, named by provider.caBundleRef, is not"
    " there: create it, or name another",
    Reason.CONSENT_REQUIRED: "A person must consent: run `kubectl oauth authorize {connector} -n {namespace}`",
    Reason.REFRESH_TOKEN_REJECTED: "{host} no longer accepts the refresh token (expired, revoked or used elsewhere):"
    " {again}",
    Reason.GRANT_EXPIRED: "The token has no refresh token and cannot be renewed without a person: {again}",
    Reason.GRANT_BINDING_MISMATCH: "The refresh token was issued by another server or to another client than the spec"
    " now names, and is not sent there: {again}",
    Reason.SCOPES_CHANGED: "The spec asks for other scopes or parameters than were consented to, and the old grant is"
    " refreshed on: {again}",
    Reason.REFRESH_TOKEN_MISSING: "{host} gave no refresh token, so that the token cannot be renewed without a person:"
    " ask for one ({offline}), then {again}",
    Reason.REFRESH_TOKEN_EXPIRING: "The refresh token expires soon, and then a person is needed: {again}",
    Reason.REDIRECT_URI_INVALID: "authorizationCode.redirectURI is neither the consent service's own nor {loopback}"
    " with a port: leave it out (which needs the operator's setting publicURL), or set that",
    Reason.STATE_CONFLICT: "Secret `{state}` is not this connector's, and is left untouched: delete it, or rename the"
    " connector",
    Reason.SECRET_CONFLICT: "Secret `{secret}` is not this connector's and is left untouched: choose another"
    " output.secretName, delete the Secret, or annotate it with oauthconnector.dev/adopt={connector}",
    Reason.SECRET_WRITE_REJECTED: "Secret `{secret}` cannot be written ({cause}); the token waits in memory: remove"
    " what refuses the write",
    Reason.SECRET_CONTESTED: "Secret `{secret}` was changed or deleted by somebody else three times within an hour:"
    " find out by whom. It is put right again later",
    Reason.UNAUTHORIZED_CLIENT: "{host} does not let this client use grantType {grant}: enable the grant for it there",
    Reason.UNSUPPORTED_GRANT_TYPE: "{host} does not know grantType {grant} at this address: check provider.tokenURL"
    " and grantType",
    Reason.INVALID_SCOPE: "{host} refuses a request without scopes: set scopes",
    Reason.INVALID_TARGET: "{host} does not know the audience or resource: check audience and resources",
    Reason.INVALID_REQUEST: "{host} does not accept the request: check grantType, audience, resources and"
    " tokenParameters",
    Reason.ACCESS_DENIED: "{host} denies access: check what the client is granted there, and its secret",
    Reason.INVALID_TOKEN_RESPONSE: "{host} answered, but not with a token: check provider.tokenURL",
    Reason.UNSUPPORTED_TOKEN_TYPE: "{host} gave a token that is not a bearer token, and other types cannot be"
    " published: ask for a bearer token there",
    Reason.NOT_A_TOKEN_ENDPOINT: "{host} answers with a web page: check provider.tokenURL, and whether a proxy is in"
    " the way",
    Reason.ENDPOINT_NOT_FOUND: "There is no token endpoint at this address of {host}: check provider.tokenURL",
    Reason.ENDPOINT_REDIRECTS: "{host} redirects, and credentials do not follow: set provider.tokenURL to the final"
    " address",
    Reason.PROVIDER_ERROR: "{host} reports an error of its own; it is asked again",
    Reason.RATE_LIMITED: "{host} asks for fewer requests; it is asked again when it says",
    Reason.DISCOVERY_FAILED: "{host} does not show its endpoints under provider.issuer: check it, or set"
    " provider.tokenURL",
    Reason.ISSUER_MISMATCH: "{host} calls itself by another issuer: set provider.issuer exactly as its metadata has it",
    Reason.PROVIDER_UNREACHABLE: "{host} cannot be reached or does not answer in time: check the network from the"
    " operator's Pod, and its NetworkPolicies",
    Reason.HOST_NOT_FOUND: "The name {host} does not resolve: check its spelling and the cluster's DNS",
    Reason.CA_BUNDLE_INVALID: "The certificates of provider.caBundle or provider.caBundleRef cannot be used: give PEM,"
    " at most 128 KiB and 100 certificates",
    Reason.CERTIFICATE_UNTRUSTED: "The certificate of {host} is signed by an authority that is not trusted: set"
    " provider.caBundle or provider.caBundleRef",
    Reason.CERTIFICATE_INVALID: "The certificate of {host} has expired, is not valid yet, or is for another name: have"
    " it renewed there, or check the host",
    Reason.TLS_FAILED: "No TLS connection to {host} could be agreed: it may want a client certificate or speak an old"
    " version; have it accept TLS 1.2 or 1.3",
    Reason.DESTINATION_NOT_ALLOWED: "The operator may not connect to {host}: it is not HTTPS on a public address, and"
    " the operator's setting allowedDestinations does not name it",
}
"""One sentence each; what is not known of its facts shows as a dash."""

FULLER: Mapping[Reason, str] = {
    Reason.CREDENTIALS_NOT_FOUND: "Secret `{credential}` has no key `{key}`; it has {present_keys}: add the key, or"
    " name another in the spec",
    Reason.SECRET_CONFLICT: "Secret `{secret}` belongs to connector `{holder}` and is left untouched: choose another"
    " output.secretName",
    Reason.INVALID_SCOPE: "{host} refuses the scopes ({scopes}): check their names, scopeSeparator, and what is"
    " granted to the client",
}
"""The sentences that take the place of those above where all that they tell of is known."""

LONGEST_FACT = 300
"""Characters of a fact: an Event's note and a condition's message are bounded."""


def sentence(reason: Reason, facts: Mapping[str, str]) -> str:
    """Fill a reason's sentence; a fact that is not known shows as a dash."""
    known = {name: _clipped(fact) for name, fact in facts.items() if fact}
    fuller = FULLER.get(reason)
    template = fuller if fuller and placeholders(fuller) <= known.keys() else SENTENCES[reason]
    return template.format_map(defaultdict(lambda: "–", known))


def placeholders(template: str) -> set[str]:
    """Give the names of the facts that a sentence tells of."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _clipped(fact: str) -> str:
    return fact if len(fact) <= LONGEST_FACT else fact[: LONGEST_FACT - 1] + "…"
