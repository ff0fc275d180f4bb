"""What each reason means, and what a person can do about it: the long form of the sentences in `reasons`."""

from collections.abc import Mapping
from dataclasses import dataclass

from oauth_connector.api.reasons import Reason


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a reason means and what to do, each in a few sentences of Markdown."""

    meaning: str
    cure: str


EXPLANATIONS: Mapping[Reason, Explanation] = {
    Reason.TOKEN_ISSUED: Explanation(
        "All is well: the Secret holds a token that has not expired and that was asked for as the spec says.",
        "Nothing. If `RefreshFailed` stands beside it, its reason tells why the next token does not come.",
    ),
    Reason.PROGRESSING: Explanation(
        "There is no token yet, and the operator is at work: the connector is new, or its spec has just changed.",
        "Wait a few seconds. If it stays so, look whether the operator runs (`kubectl get pods` in its namespace).",
    ),
    Reason.TOKEN_EXPIRED: Explanation(
        "The last token has expired and the provider gave no other in time. The Secret stays as it is: an expired token"
        " does no more harm than none, and pods that mount it keep running.",
        "Look at `RefreshFailed` beside it: its reason says what went wrong.",
    ),
    Reason.SUSPENDED: Explanation(
        "`spec.suspend` is true and there is no valid token. A token that is still good keeps `Ready` true.",
        "Set `spec.suspend` to false.",
    ),
    Reason.INVALID_SPEC: Explanation(
        "The spec breaks a rule. The API server refuses such a spec, but it may have been stored before the rule was"
        " made, or the CustomResourceDefinition in the cluster is of another version than the operator.",
        "Mend the field that the message names. If the field is a new one, bring operator and definition to one"
        " version.",
    ),
    Reason.PROGRESS_DEADLINE_EXCEEDED: Explanation(
        "There has been no valid token for ten minutes, though nothing is wrong that only a person could mend. The"
        " operator goes on trying.",
        "Look at the reason of `Ready`, and at `status.nextRefreshTime` for the next try.",
    ),
    Reason.CREDENTIALS_NOT_FOUND: Explanation(
        "A Secret that the spec refers to is not in the connector's namespace, or has not the key.",
        "Create it, or name the right key in the reference. It is looked at every minute, and used as soon as it is"
        " there.",
    ),
    Reason.CREDENTIALS_INVALID: Explanation(
        "A credential is there but cannot be one: it is empty, not UTF-8, holds control characters, or the Secret is"
        " of a type that is never sent to a provider (a ServiceAccount's token, for example).",
        "Put the value right. A line break that `echo` left at its end is no problem; one within is.",
    ),
    Reason.CREDENTIALS_NOT_ALLOWED: Explanation(
        "The owner of the credential Secret lists the hosts that it may be sent to, and the token endpoint's is not"
        " among them; or the operator is set to send none without such a list (`requireAllowedHosts`). Nothing was"
        " sent.",
        "If the host is right, add it to the Secret's annotation `oauthconnector.dev/allowed-hosts` (separated by"
        " commas). If not, somebody has pointed the connector elsewhere: find out who.",
    ),
    Reason.CREDENTIALS_REJECTED: Explanation(
        "The provider refuses the client, or the user's name or password. A refused password is never sent again, lest"
        " the account be locked; a refused client is tried again after 5, 15 and 60 minutes, then hourly.",
        "Compare `client.id`, the client secret and `client.authentication` with what is registered. Secrets pasted"
        " with characters such as `%` or `+` may need `client.basicEncoding: Raw`. The Secret is looked at every"
        " minute, and its change tries again at once.",
    ),
    Reason.CA_BUNDLE_NOT_FOUND: Explanation(
        "The ConfigMap that `provider.caBundleRef` names is not in the connector's namespace, or has not the key.",
        "Create it, or name another. Nothing is sent without it.",
    ),
    Reason.CONSENT_REQUIRED: Explanation(
        "A token of this connector can only be had with a person's consent, and nobody has given it yet, or it was"
        " withdrawn.",
        "Run `kubectl oauth authorize NAME -n NAMESPACE`: it opens the provider's page in your browser, and the token"
        " arrives seconds after your yes. You need the right to create OAuthConsents in the namespace.",
    ),
    Reason.REFRESH_TOKEN_REJECTED: Explanation(
        "The provider said in so many words (`invalid_grant`) that it does not take the refresh token any more: it was"
        " revoked, has expired, was used by somebody else, or its user's password was changed. The token that is shown"
        " stays until it expires.",
        "Consent again with `kubectl oauth authorize`; for grantType `RefreshToken`, put a new refresh token into the"
        " Secret. If you think the provider was wrong, ask for a refresh: the refused token is then tried once more.",
    ),
    Reason.GRANT_EXPIRED: Explanation(
        "The provider gave a token without a refresh token, and its life is over or unknown.",
        "Consent again. If the provider can give refresh tokens, ask for one: often by the scope `offline_access` or"
        " the parameter `access_type=offline`.",
    ),
    Reason.GRANT_BINDING_MISMATCH: Explanation(
        "The refresh token is bound to the issuer (or the token endpoint's host) and the client that it was given for."
        " The spec now names others. It is not sent to them: whoever can edit a connector could otherwise have it sent"
        " to a server of their own.",
        "Put provider and client back, or consent again.",
    ),
    Reason.SCOPES_CHANGED: Explanation(
        "Scopes, audience, resources or parameters of the spec are not those that a person consented to. Until somebody"
        " consents to the new ones the old grant is refreshed on, so that nothing breaks.",
        "Consent again, or put the spec back.",
    ),
    Reason.REFRESH_TOKEN_MISSING: Explanation(
        "The consent went well, but the provider gave no refresh token with it: the token will be good until it expires"
        " and no longer. It is said now, and not when it is too late.",
        "Most providers give one only when asked: by the scope `offline_access` (Microsoft, Okta, Auth0, Xero), by the"
        " parameter `access_type=offline` (Google, Zoho), or by a setting of the client. Then consent again.",
    ),
    Reason.REFRESH_TOKEN_EXPIRING: Explanation(
        "The provider told when the refresh token expires, and that is near: a fifth of its life is left, or a week.",
        "Consent again before `status.refreshTokenExpirationTime`; nothing is interrupted by it.",
    ),
    Reason.REDIRECT_URI_INVALID: Explanation(
        "A connector's redirect URI is its own address at the consent service, or one on loopback with the same path."
        " With any other, codes could end where they do not belong.",
        "Leave `authorizationCode.redirectURI` out where the operator has a consent service (setting `publicURL`);"
        " `status.redirectURI` then tells what to register. Without one, use loopback and `kubectl oauth authorize`.",
    ),
    Reason.STATE_CONFLICT: Explanation(
        "The operator keeps refresh tokens in a Secret of its own, `<connector>-oauth-state`. There is one of that name"
        " that it did not write, and it is left alone.",
        "Delete that Secret if nobody needs it, or give the connector another name.",
    ),
    Reason.SECRET_CONFLICT: Explanation(
        "A Secret of the output's name is there and is not this connector's: somebody else's, or another connector's"
        " that had it first. It is left untouched.",
        "Choose another `output.secretName`, or delete that Secret, or let its owner hand it over with the annotation"
        " `oauthconnector.dev/adopt: <connector>`.",
    ),
    Reason.SECRET_WRITE_REJECTED: Explanation(
        "The API server refuses the write: a quota, an admission policy, or a Secret that was made immutable. The token"
        " waits in memory, and no other is asked for meanwhile.",
        "Remove what the message names. The write is tried again by itself.",
    ),
    Reason.SECRET_CONTESTED: Explanation(
        "The Secret was changed or deleted three times within an hour, and put right each time. Somebody else wants it"
        " otherwise: often a second tool that manages a Secret of the same name, or a clean-up job.",
        "Find out who with `kubectl get secret <name> -o yaml --show-managed-fields`. It is put right again an hour"
        " after the first of the three.",
    ),
    Reason.UNAUTHORIZED_CLIENT: Explanation(
        "The provider knows the client but does not let it use this grant (`unauthorized_client`).",
        "Enable the grant for the client at the provider: client credentials is often called machine to machine, or"
        " service account.",
    ),
    Reason.UNSUPPORTED_GRANT_TYPE: Explanation(
        "The provider does not offer this grant at this address (`unsupported_grant_type`).",
        "Check `provider.tokenURL` and `grantType`. Many providers have removed the password grant.",
    ),
    Reason.INVALID_SCOPE: Explanation(
        "The provider refuses the scopes: one is unknown or not granted to the client, or they are joined by the wrong"
        " character (`invalid_scope`).",
        "Compare `scopes` with the provider's list, and set `scopeSeparator: Comma` where it wants commas.",
    ),
    Reason.INVALID_TARGET: Explanation(
        "The provider does not know the API that the token is for (`invalid_target`, RFC 8707).",
        "Check `audience` and `resources`, to the last slash.",
    ),
    Reason.INVALID_REQUEST: Explanation(
        "The provider does not accept the request, and says so in the protocol's form. Mostly a parameter is missing or"
        " is one too many.",
        "Compare what the provider's documentation asks for with `grantType`, `client.authentication`, `audience`,"
        " `resources` and `tokenParameters`. `status.lastError` holds the code that it gave.",
    ),
    Reason.ACCESS_DENIED: Explanation(
        "The provider denies access (`access_denied`): a policy there forbids it.",
        "Check what the client is granted, and from where and when it may ask.",
    ),
    Reason.INVALID_TOKEN_RESPONSE: Explanation(
        "The answer is neither a token nor an error in the protocol's form: empty, not JSON, over 1 MiB, or with a"
        " token that no header can carry.",
        "Check that `provider.tokenURL` is the token endpoint, and not the authorization endpoint or an API.",
    ),
    Reason.UNSUPPORTED_TOKEN_TYPE: Explanation(
        "The token is bound to a key (`DPoP`, for example) or of another type that is not sent as it stands.",
        "Let the provider issue bearer tokens to this client.",
    ),
    Reason.NOT_A_TOKEN_ENDPOINT: Explanation(
        "The answer is a web page: a login form, a proxy's notice, or a provider's maintenance page.",
        "Check `provider.tokenURL`, and whether a proxy stands between. It is asked again, ever more rarely.",
    ),
    Reason.ENDPOINT_NOT_FOUND: Explanation(
        "Nothing is at this address (404, 405 or 410). It may be a deployment under way, so it is asked again, ever"
        " more rarely.",
        "Check the path of `provider.tokenURL`.",
    ),
    Reason.ENDPOINT_REDIRECTS: Explanation(
        "The address answers with a redirect. Credentials are never sent on to where an answer points.",
        "Set `provider.tokenURL` to the final address: often `https` for `http`, or another host.",
    ),
    Reason.PROVIDER_ERROR: Explanation(
        "The provider has trouble of its own (5xx, `server_error`, `temporarily_unavailable`).",
        "Wait; it is asked again, with growing pauses. If it lasts, look at the provider's status page.",
    ),
    Reason.RATE_LIMITED: Explanation(
        "The provider was asked too often, by this connector or by others with the same client.",
        "Wait. If it comes again and again, let connectors share a Secret, or raise the limit at the provider.",
    ),
    Reason.DISCOVERY_FAILED: Explanation(
        "The issuer's metadata, from which the token endpoint is learned, is not to be had or names none.",
        "Check that `<issuer>/.well-known/openid-configuration` shows, or set `provider.tokenURL`.",
    ),
    Reason.ISSUER_MISMATCH: Explanation(
        "The metadata names another issuer than `provider.issuer`. Such metadata must not be used (RFC 8414 §3.3).",
        "Set `provider.issuer` exactly as the metadata has it: mostly it is a slash at the end.",
    ),
    Reason.PROVIDER_UNREACHABLE: Explanation(
        "No connection comes about, it breaks off, or no answer comes in time.",
        "Try from the operator's Pod. Common causes: a NetworkPolicy, a firewall, a proxy that must be used.",
    ),
    Reason.HOST_NOT_FOUND: Explanation(
        "The host's name does not resolve in the cluster.",
        "Check its spelling. A name of your own network needs the cluster's DNS to know it.",
    ),
    Reason.CA_BUNDLE_INVALID: Explanation(
        "What `provider.caBundle` or the ConfigMap of `provider.caBundleRef` holds is no PEM, or more of it than"
        " 128 KiB or 100 certificates. Nothing is sent without it.",
        "Give the authority's certificate alone, from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`.",
    ),
    Reason.CERTIFICATE_UNTRUSTED: Explanation(
        "The server's certificate is signed by an authority that the operator does not know, or its chain is"
        " incomplete.",
        "Give the authority's certificate in `provider.caBundle` or `provider.caBundleRef`, or to the whole operator"
        " with its setting `trustBundle`. Verification cannot be switched off.",
    ),
    Reason.CERTIFICATE_INVALID: Explanation(
        "The server's certificate has expired, is not valid yet, or is for another name.",
        "Have it renewed, or ask the server by the name in its certificate.",
    ),
    Reason.TLS_FAILED: Explanation(
        "Client and server could not agree on TLS: it may speak only versions before 1.2, or want a client"
        " certificate.",
        "Have the server accept TLS 1.2 or 1.3 without a client certificate.",
    ),
    Reason.DESTINATION_NOT_ALLOWED: Explanation(
        "The address is a private, link-local, loopback or metadata address, or the connection would not be encrypted."
        " Whoever may create a connector must not thereby reach into the operator's network.",
        "If it is meant, let the operator's administrator name host or network in the setting `allowedDestinations`.",
    ),
}
