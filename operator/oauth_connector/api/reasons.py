"""The reasons of the conditions of a connector: a closed set, each with a message that says what to do.

A message is a fixed template. It contains no text and no identifier of the provider, so that an unchanged state gives
an unchanged status. Of a response it contains at most an HTTP status and a code that a preset explains; of times only
that of the next request of a limited client. `explanations` has the long form for the reference page.
"""

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Reason of a condition. It includes every member of `oauth.errors.FailureReason`."""

    TOKEN_ISSUED = "TokenIssued"
    PROGRESSING = "Progressing"
    TOKEN_EXPIRED = "TokenExpired"
    SUSPENDED = "Suspended"
    INVALID_SPEC = "InvalidSpec"
    PROGRESS_DEADLINE_EXCEEDED = "ProgressDeadlineExceeded"
    INTERNAL_ERROR = "InternalError"
    # credentials
    CREDENTIALS_NOT_FOUND = "CredentialsNotFound"
    CREDENTIALS_INVALID = "CredentialsInvalid"
    CREDENTIALS_NOT_ALLOWED = "CredentialsNotAllowed"
    CREDENTIALS_REJECTED = "CredentialsRejected"
    ASSERTION_REJECTED = "AssertionRejected"
    CA_BUNDLE_NOT_FOUND = "CABundleNotFound"
    # tokens of ServiceAccounts
    SERVICE_ACCOUNT_TOKENS_DISABLED = "ServiceAccountTokensDisabled"
    SERVICE_ACCOUNT_NOT_FOUND = "ServiceAccountNotFound"
    SERVICE_ACCOUNT_NOT_ALLOWED = "ServiceAccountNotAllowed"
    SERVICE_ACCOUNT_TOKEN_DENIED = "ServiceAccountTokenDenied"
    OPERATOR_TOKEN_NOT_ALLOWED = "OperatorTokenNotAllowed"
    # the schedule
    REFRESH_LATE = "RefreshLate"
    REFRESH_TOKEN_IDLE = "RefreshTokenIdle"
    # consent
    CONSENT_REQUIRED = "ConsentRequired"
    REFRESH_TOKEN_REJECTED = "RefreshTokenRejected"
    REFRESH_TOKEN_SHARED = "RefreshTokenShared"
    GRANT_EXPIRED = "GrantExpired"
    GRANT_BINDING_MISMATCH = "GrantBindingMismatch"
    SCOPES_CHANGED = "ScopesChanged"
    REFRESH_TOKEN_MISSING = "RefreshTokenMissing"
    REFRESH_TOKEN_EXPIRING = "RefreshTokenExpiring"
    REDIRECT_URI_INVALID = "RedirectURIInvalid"
    STATE_CONFLICT = "StateConflict"
    # the output Secret
    SECRET_CONFLICT = "SecretConflict"
    SECRET_WRITE_REJECTED = "SecretWriteRejected"
    SECRET_CONTESTED = "SecretContested"
    LABEL_NOT_ALLOWED = "LabelNotAllowed"
    # the response of the provider
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
    DISCOVERY_FAILED = "DiscoveryFailed"
    ISSUER_MISMATCH = "IssuerMismatch"
    # the discovery of a resource
    RESOURCE_DISCOVERY_FAILED = "ResourceDiscoveryFailed"
    RESOURCE_MISMATCH = "ResourceMismatch"
    ISSUER_NOT_LISTED = "IssuerNotListed"
    ISSUER_CHANGED = "IssuerChanged"
    PKCE_UNSUPPORTED = "PKCEUnsupported"
    REGISTRATION_UNSUPPORTED = "RegistrationUnsupported"
    REGISTRATION_REJECTED = "RegistrationRejected"
    # the connection to the provider
    PROVIDER_UNREACHABLE = "ProviderUnreachable"
    HOST_NOT_FOUND = "HostNotFound"
    CA_BUNDLE_INVALID = "CABundleInvalid"
    CERTIFICATE_UNTRUSTED = "CertificateUntrusted"
    CERTIFICATE_INVALID = "CertificateInvalid"
    TLS_FAILED = "TLSFailed"
    DESTINATION_NOT_ALLOWED = "DestinationNotAllowed"


MESSAGES: Mapping[Reason, str] = {
    Reason.TOKEN_ISSUED: "Secret `{secret}` contains a valid token.",
    Reason.PROGRESSING: "The operator is requesting a token.",
    Reason.TOKEN_EXPIRED: "The token in Secret `{secret}` has expired. The Secret stays, and the operator retries.",
    Reason.SUSPENDED: "The connector is suspended and has no valid token. Set `spec.suspend` to false.",
    Reason.INVALID_SPEC: "{field}: {cure}.",
    Reason.PROGRESS_DEADLINE_EXCEEDED: "There has been no valid token for ten minutes. The operator retries; see the"
    " reason of condition Ready.",
    Reason.INTERNAL_ERROR: "The operator fails to reconcile this connector because of an error of its own, and retries."
    " Read the log of the operator.",
    Reason.CREDENTIALS_NOT_FOUND: "Secret `{credential}` does not exist in this namespace. Create it with key `{key}`.",
    Reason.CREDENTIALS_INVALID: "Key `{key}` of Secret `{credential}` cannot be used: {cause}. Correct the value.",
    Reason.CREDENTIALS_NOT_ALLOWED: "Secret `{credential}` must not be sent to {host}. Add the host to its annotation"
    " `oauthconnector.dev/allowed-hosts`.",
    Reason.CREDENTIALS_REJECTED: "{host} rejects the credentials. Compare client id, client secret or key,"
    " `client.authentication` and `client.basicEncoding` (and user name and password) with the registration, then"
    " update the Secret. The operator checks it every minute.",
    Reason.ASSERTION_REJECTED: "{host} rejects what is presented: {presented}. Compare it with what the provider"
    " requires. It is not sent again before a Secret or the spec changes, or a user requests a refresh.",
    Reason.CA_BUNDLE_NOT_FOUND: "ConfigMap `{configmap}` with key `{key}` (`provider.caBundleRef`) does not exist."
    " Create it, or reference another one.",
    Reason.SERVICE_ACCOUNT_TOKENS_DISABLED: "The operator requests no tokens of ServiceAccounts. Have a cluster"
    " administrator enable them (chart value `serviceAccountTokens.enabled`), or use another client authentication.",
    Reason.SERVICE_ACCOUNT_NOT_FOUND: "ServiceAccount `{account}` does not exist in this namespace. Create it, with"
    " annotation `oauthconnector.dev/allow-token-for={connector}`.",
    Reason.SERVICE_ACCOUNT_NOT_ALLOWED: "ServiceAccount `{account}` does not allow this connector to present its"
    " tokens. Annotate it with `oauthconnector.dev/allow-token-for={connector}`.",
    Reason.SERVICE_ACCOUNT_TOKEN_DENIED: "No token of ServiceAccount `{account}` can be presented: {cause}.",
    Reason.OPERATOR_TOKEN_NOT_ALLOWED: "The reference to a ServiceAccount has no name, and connectors of this namespace"
    " may not present the operator's own token for audience `{audience}`. Set `serviceAccount.name`, or have a cluster"
    " administrator allow it (chart value `operatorTokens`).",
    Reason.REFRESH_LATE: "The token (lifetime {lifetime} s) is refreshed {margin} s before it expires. A mounted file"
    " shows the new token up to 90 s later, so that a Pod may read an expired one. `refresh.before` cannot"
    " be `100s` with so short a lifetime. Configure a longer lifetime at the provider, or read the Secret through the"
    " Kubernetes API.",
    Reason.REFRESH_TOKEN_IDLE: "The connector is suspended, and {host} keeps a refresh token for {days} days after its"
    " last use. Set `suspend` to `false` before they end; otherwise: {again}.",
    Reason.CONSENT_REQUIRED: "A user must authorize this connector. Run `kubectl oauth authorize {connector} -n"
    " {namespace}`.",
    Reason.REFRESH_TOKEN_REJECTED: "{host} rejects the refresh token: it is expired, revoked or was used by another"
    " client. {again}.",
    Reason.REFRESH_TOKEN_SHARED: "Connector `{holder}` has presented the same initial refresh token, and {host}"
    " replaced it. It is not presented again, since {host} could revoke both grants. Obtain a refresh token for this"
    " connector alone, and refer to it in `refreshToken.secretRef`.",
    Reason.GRANT_EXPIRED: "The grant has no refresh token and cannot be renewed without the user. {again}.",
    Reason.GRANT_BINDING_MISMATCH: "The refresh token was issued by another provider or to another client than the"
    " spec names, and is not sent. {again}.",
    Reason.SCOPES_CHANGED: "The scopes or parameters of the spec differ from those of the consent. The operator keeps"
    " the old grant. {again}.",
    Reason.REFRESH_TOKEN_MISSING: "{host} returned no refresh token, so only the user can renew the grant. Request a"
    " refresh token ({offline}). {again}.",
    Reason.REFRESH_TOKEN_EXPIRING: "The refresh token expires soon and cannot be renewed without the user. {again}.",
    Reason.REDIRECT_URI_INVALID: "`authorizationCode.redirectURI` is neither the redirect URI of the consent server"
    " nor {loopback} with a port number. Remove it (this requires the operator setting `publicURL`), or set the"
    " loopback URI.",
    Reason.STATE_CONFLICT: "Secret `{state}` was not written by this operator for this connector, and is neither used"
    " nor changed. Delete it, or restore the operator's key if it is from a backup.",
    Reason.SECRET_CONFLICT: "Secret `{secret}` is not owned by this connector and is not changed. Set another"
    " `output.secretName`, delete the Secret, or annotate it with `oauthconnector.dev/adopt={connector}`.",
    Reason.SECRET_WRITE_REJECTED: "Secret `{secret}` cannot be written ({cause}). Remove the cause. Until then the"
    " operator keeps the token in memory.",
    Reason.SECRET_CONTESTED: "Another client changed or deleted Secret `{secret}` three times within an hour. Find and"
    " stop that client. The operator repairs the Secret later.",
    Reason.LABEL_NOT_ALLOWED: "The operator must not set the label `{label}` on a Secret, because a controller acts on"
    " it. Remove it from `output.labels`, or have a cluster administrator add it to the operator setting"
    " `allowedOutputLabels`.",
    Reason.UNAUTHORIZED_CLIENT: "{host} does not allow grantType {grant} for this client. Enable the grant type for"
    " the client at the provider.",
    Reason.UNSUPPORTED_GRANT_TYPE: "{host} does not support grantType {grant} at this endpoint. Check"
    " `provider.tokenURL` and `grantType`.",
    Reason.INVALID_SCOPE: "{host} rejects a request without scopes. Set `scopes`.",
    Reason.INVALID_TARGET: "{host} rejects the audience or resource. Check `audience` and `resources`.",
    Reason.INVALID_REQUEST: "{host} rejects the request as invalid. Check the tenant or domain in `provider`,"
    " `client.authentication`, `scopes`, `audience`, `resources` and `tokenParameters`.",
    Reason.ACCESS_DENIED: "{host} denies access. Check what the client may request at the provider (`scopes`,"
    " `audience`), its secret, and whether a firewall or a proxy refuses the request.",
    Reason.INVALID_TOKEN_RESPONSE: "The response of {host} is not a token response. Check `provider.tokenURL`.",
    Reason.UNSUPPORTED_TOKEN_TYPE: "{host} issued a token that is not a bearer token, and the operator publishes bearer"
    " tokens only. Configure the client at the provider to receive bearer tokens.",
    Reason.INVALID_TOKEN_ENDPOINT: "{host} returned a web page instead of a token response. Check `provider.tokenURL`,"
    " and check whether a proxy intercepts the connection.",
    Reason.ENDPOINT_NOT_FOUND: "{host} has no token endpoint at this URL. Check `provider.tokenURL`.",
    Reason.ENDPOINT_REDIRECTED: "{host} redirects the token request. The operator does not send credentials to the"
    " target of a redirect. Set `provider.tokenURL` to the final URL.",
    Reason.PROVIDER_ERROR: "{host} reports an internal error. The operator retries.",
    Reason.RATE_LIMITED: "{host} limits the rate of requests. The operator waits as requested, then retries.",
    Reason.DISCOVERY_FAILED: "{host} returned no usable metadata for `provider.issuer`. Check the issuer, or set"
    " `provider.tokenURL`.",
    Reason.ISSUER_MISMATCH: "The metadata of {host} contains another issuer. Set `provider.issuer` to exactly that"
    " value.",
    Reason.RESOURCE_DISCOVERY_FAILED: "{host} returned no usable metadata of the resource `provider.resource`, which"
    " name its authorization server. Check the URL, or set `provider.issuer` in the place of `provider.resource`.",
    Reason.RESOURCE_MISMATCH: "The metadata of {host} are about another resource than `provider.resource`, and are not"
    " used. Set `provider.resource` to exactly the URL of the resource.",
    Reason.ISSUER_NOT_LISTED: "The resource `provider.resource` does not list `provider.issuer` among its authorization"
    " servers. Nothing is sent there. Set the issuer that the resource lists, or remove `provider.issuer`.",
    Reason.ISSUER_CHANGED: "The resource `provider.resource` has another authorization server than the one that issued"
    " the token, and nothing is sent to it. Find out from the operator of the resource whether this is intended. If"
    " so, {accept}.",
    Reason.PKCE_UNSUPPORTED: "The metadata of the authorization server of `provider.resource` do not list the PKCE"
    " method S256, without which another program could use an intercepted code. Have the server corrected, or set the"
    " endpoints in `provider` in the place of `provider.resource`.",
    Reason.REGISTRATION_UNSUPPORTED: "The authorization server of `provider.resource` registers no client by itself in"
    " the way that `client.registration` wants. Register one there with the redirect URI in `status.redirectURI`, and"
    " set `client.id`, and `client.secretRef` with `provider.issuer` if it has a secret.",
    Reason.REGISTRATION_REJECTED: "{host} refuses to register a client. Ask its administrator whether it registers"
    " clients for everybody, or register one by hand and set `client.id`.",
    Reason.PROVIDER_UNREACHABLE: "{host} is unreachable or does not respond in time. Check the network of the"
    " operator's Pod, and its NetworkPolicies.",
    Reason.HOST_NOT_FOUND: "The host name {host} does not resolve. Check its spelling and the DNS of the cluster.",
    Reason.CA_BUNDLE_INVALID: "The certificates of `provider.caBundle` or `provider.caBundleRef` cannot be used."
    " Provide PEM, at most 128 KiB and 100 certificates.",
    Reason.CERTIFICATE_UNTRUSTED: "The certificate of {host} is signed by an untrusted authority, or the server does"
    " not send the intermediate certificates. Set `provider.caBundle` or `provider.caBundleRef`, or let the server send"
    " its whole chain.",
    Reason.CERTIFICATE_INVALID: "The certificate of {host} cannot be verified. The log of the operator names the cause."
    " Replace the certificate.",
    Reason.TLS_FAILED: "The TLS handshake with {host} failed. The server must accept TLS 1.2 or 1.3, and must not"
    " require a client certificate.",
    Reason.DESTINATION_NOT_ALLOWED: "The operator must not connect to {host}: the URL is not HTTPS at port 443 or"
    " 8443 of a public address. A cluster administrator can allow host and port in the operator setting"
    " `allowedDestinations`.",
}
"""One template for each reason; an unknown fact is rendered as a dash."""

DETAILED_MESSAGES: Mapping[Reason, str] = {
    Reason.DISCOVERY_FAILED: "{host} returned {instead} instead of the metadata of `provider.issuer`. Check the issuer,"
    " and check whether a proxy intercepts the connection.",
    Reason.REFRESH_LATE: "The token (lifetime {lifetime} s) is refreshed {margin} s before it expires. A mounted file"
    " shows the new token up to 90 s later, so that a Pod may read an expired one. Set `refresh.before` to"
    " `{before}`.",
    Reason.CREDENTIALS_NOT_FOUND: "Secret `{credential}` has no key `{key}` ({present_keys}). Add the key, or"
    " name another key in the spec.",
    Reason.CREDENTIALS_INVALID: "The token of connector `{source}` in Secret `{credential}` cannot be used: {cause}."
    " See the status of that connector. The operator looks at the Secret every minute.",
    Reason.SECRET_CONFLICT: "Secret `{secret}` is owned by connector `{holder}` and is not changed. Set another"
    " `output.secretName`.",
    Reason.CREDENTIALS_REJECTED: "{host} rejects the client. Compare client id, client secret and"
    " `client.authentication` with the registration, then update the Secret. If they are right, enable grantType"
    " {refused_grant} for the client at the provider.",
    Reason.REFRESH_TOKEN_REJECTED: "{host} rejects the refresh token with HTTP status {refused_with} and names no"
    " certain cause. Probably it is expired, revoked or was used by another client. The operator retries. {again}.",
    Reason.RATE_LIMITED: "{host} limits the rate of requests of {client}. The next one is sent at {until}.",
    Reason.INVALID_TOKEN_RESPONSE: "The response of {host} is not a token response: {oddity}. Check"
    " `provider.tokenURL`.",
    Reason.UNSUPPORTED_GRANT_TYPE: "The metadata of the authorization server contain no `{absent}`, where a consent for"
    " grantType {grant} begins. Set `{named_in}`, or another `grantType`.",
    Reason.INVALID_SCOPE: "{host} rejects the scopes ({scopes}). Check their names, `scopeSeparator`, and the scopes"
    " that the client may request.",
    Reason.INVALID_REQUEST: "{host} accepts no form at this URL (HTTP status {refused_form}), so it is probably no"
    " token endpoint. Check `provider.tokenURL`.",
}
"""Templates that replace those above when all their facts are known."""
