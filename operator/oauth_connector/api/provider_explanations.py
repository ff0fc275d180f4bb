"""The long form of the reasons that a response of the provider, or the connection to it, has caused."""

from collections.abc import Mapping
from dataclasses import dataclass

from oauth_connector.api.reasons import Reason


@dataclass(frozen=True, slots=True)
class Explanation:
    """The meaning of a reason and the action to take, each in a few sentences of Markdown."""

    meaning: str
    cure: str


PROVIDER_EXPLANATIONS: Mapping[Reason, Explanation] = {
    Reason.UNAUTHORIZED_CLIENT: Explanation(
        "The provider knows the client but does not allow this grant type for it (`unauthorized_client`).",
        "Enable the grant type for the client at the provider. Client credentials are often called machine-to-machine"
        " or service account.",
    ),
    Reason.UNSUPPORTED_GRANT_TYPE: Explanation(
        "The provider does not support this grant type at this endpoint (`unsupported_grant_type`), or its metadata"
        " name no endpoint where the consent of a user begins.",
        "Check `provider.tokenURL` and `grantType`. Many providers no longer support the password grant. Where the"
        " metadata lack an endpoint that the server has, set `provider.authorizationURL` or"
        " `provider.deviceAuthorizationURL`.",
    ),
    Reason.INVALID_SCOPE: Explanation(
        "The provider rejects the scopes (`invalid_scope`): one is unknown or not allowed for the client, or the"
        " character between the scopes is wrong.",
        "Compare `scopes` with the documentation of the provider. If the provider expects commas, set"
        " `scopeSeparator: Comma`.",
    ),
    Reason.INVALID_TARGET: Explanation(
        "The provider does not know the API for which the token is requested (`invalid_target`, RFC 8707).",
        "Check `audience` and `resources`, including a slash at the end.",
    ),
    Reason.INVALID_REQUEST: Explanation(
        "The provider rejects the request (HTTP status 400, or an error that has no reason of its own). Usually a"
        " parameter is missing, wrong or not allowed, or the URL belongs to another tenant.",
        "Compare the documentation of the provider with the tenant or domain in `provider`, `client.authentication`,"
        " `scopes`, `audience`, `resources` and `tokenParameters`. `status.lastError` contains the error code.",
    ),
    Reason.ACCESS_DENIED: Explanation(
        "The provider denies access (`access_denied`), usually because of a policy; or a firewall or a proxy responds"
        " with HTTP status 403. The operator retries the latter with increasing delays.",
        "Check what the client may request at the provider (`scopes`, `audience`), and the networks and times that the"
        " policy allows. For some providers the client secret is wrong.",
    ),
    Reason.INVALID_TOKEN_RESPONSE: Explanation(
        "The response is neither a token response nor an OAuth error: it is empty, not HTTP or JSON, too large, has two"
        " tokens, or its token contains characters that an HTTP header must not contain. The message states which. A"
        " refresh token in such a response is stored, and presented next.",
        "Check that `provider.tokenURL` is the token endpoint, and not the authorization endpoint or another API. If it"
        " is, report the response to the provider.",
    ),
    Reason.UNSUPPORTED_TOKEN_TYPE: Explanation(
        "The token is bound to a key (`DPoP`, for example) or has another type that a client cannot send as a bearer"
        " token.",
        "Configure the provider to issue bearer tokens to this client.",
    ),
    Reason.INVALID_TOKEN_ENDPOINT: Explanation(
        "The response is a web page: a login form, the notice of a proxy, or the maintenance page of the provider.",
        "Check `provider.tokenURL`, and check whether a proxy intercepts the connection. The operator retries with"
        " increasing delays.",
    ),
    Reason.ENDPOINT_NOT_FOUND: Explanation(
        "The URL does not exist (HTTP status 404, 405, 410, 421 or 501). The cause may be a deployment at the provider,"
        " so the operator retries with increasing delays.",
        "Check the path of `provider.tokenURL`.",
    ),
    Reason.ENDPOINT_REDIRECTED: Explanation(
        "The response is a redirect. The operator never sends credentials to the target of a redirect.",
        "Set `provider.tokenURL` to the final URL: often with `https` instead of `http`, or with another host.",
    ),
    Reason.PROVIDER_ERROR: Explanation(
        "The provider reports an internal error (5xx other than 501, `server_error`, `temporarily_unavailable`).",
        "Wait. The operator retries with increasing delays. If the error persists, check the status page of the"
        " provider.",
    ),
    Reason.RATE_LIMITED: Explanation(
        "The provider has received too many requests from this connector, or from other connectors of the same client.",
        "Wait. If the error recurs, use one connector and its Secret for several applications, or raise the limit at"
        " the provider.",
    ),
    Reason.DISCOVERY_FAILED: Explanation(
        "The operator cannot read the metadata of the issuer, or the metadata contains no token endpoint.",
        "Check that `<issuer>/.well-known/openid-configuration` is available, or set `provider.tokenURL`.",
    ),
    Reason.ISSUER_MISMATCH: Explanation(
        "The metadata contains another issuer than `provider.issuer`. Such metadata must not be used (RFC 8414 §3.3).",
        "Set `provider.issuer` to exactly the value in the metadata. Often the only difference is a slash at the end.",
    ),
    Reason.RESOURCE_DISCOVERY_FAILED: Explanation(
        "The operator asks the resource for its metadata (RFC 9728): the document that the challenge of a request"
        " without a token names, else `/.well-known/oauth-protected-resource` with the path of the resource behind it,"
        " else without the path. None of them could be read, or it lists no authorization server.",
        "Check the URL: `kubectl oauth doctor NAME` shows each step. If the resource has no such metadata, name its"
        " authorization server in `provider.issuer`, and the resource in `resources`.",
    ),
    Reason.RESOURCE_MISMATCH: Explanation(
        "The metadata say that they are about another resource. Such metadata must not be used (RFC 9728 §3.3):"
        " otherwise any server could lead to the authorization server of another one.",
        "Set `provider.resource` to the URL that the metadata contain as `resource`, if that is the resource. A slash"
        " at the end makes no difference, and a parent of the URL at the same server is accepted.",
    ),
    Reason.ISSUER_NOT_LISTED: Explanation(
        "The spec names an issuer, and the metadata of the resource do not list it in `authorization_servers`. A token"
        " of that issuer is of no use there, and a resource must not choose where your credentials are sent.",
        "Set `provider.issuer` to one of the issuers that the resource lists. Without `provider.issuer` the first one"
        " is used.",
    ),
    Reason.ISSUER_CHANGED: Explanation(
        "With the first token the operator has recorded the authorization server of the resource. Now the metadata of"
        " the resource list others only. The provider may have moved, or an attacker controls the resource and wants"
        " the grant. The operator sends nothing to the new server.",
        "Ask who runs the resource. For a grant of a user authorize the connector again: the page of the consent shows"
        " the new server. For client credentials set `provider.issuer` to the new issuer.",
    ),
    Reason.PKCE_UNSUPPORTED: Explanation(
        "A client that relies on discovery must not continue where the metadata of the authorization server do not"
        " list `S256` in `code_challenge_methods_supported`, as the MCP specification says.",
        "Have the metadata corrected. For a server that you trust, set `provider.issuer` or the endpoints in the place"
        " of `provider.resource`, and the resource in `resources`.",
    ),
    Reason.REGISTRATION_UNSUPPORTED: Explanation(
        "The spec names no client, and the metadata of the authorization server say neither that it accepts the URL of"
        " a metadata document as identifier (`client_id_metadata_document_supported`), nor where a client can be"
        " registered (`registration_endpoint`). Or `client.registration.method` wants what the server does not have; a"
        " document needs the operator setting `publicURL` with `https`, and the redirect URI of the consent server.",
        "Register a client in the console of the server, and set `client.id`. If it has a secret, set"
        " `client.secretRef` and `provider.issuer`, too.",
    ),
    Reason.REGISTRATION_REJECTED: Explanation(
        "The registration endpoint of the authorization server has returned an error, or no usable client. Some servers"
        " register only clients with certain redirect URIs, or with a token of an administrator.",
        "Read the log of the server. Then authorize again: `kubectl oauth authorize NAME`. Or register a client by"
        " hand, and set `client.id`.",
    ),
    Reason.PROVIDER_UNREACHABLE: Explanation(
        "The operator cannot open a connection, the connection breaks, or the response does not arrive in time.",
        "Test the connection from the operator's Pod. Common causes are a NetworkPolicy, a firewall, or a required"
        " proxy.",
    ),
    Reason.HOST_NOT_FOUND: Explanation(
        "The host name does not resolve in the cluster.",
        "Check its spelling. The DNS of the cluster must know names of your internal network.",
    ),
    Reason.CA_BUNDLE_INVALID: Explanation(
        "The value of `provider.caBundle`, or of the ConfigMap that `provider.caBundleRef` references, is not PEM, or"
        " is larger than 128 KiB or 100 certificates. The operator sends no request.",
        "Provide only the certificate of the authority, from `-----BEGIN CERTIFICATE-----` to"
        " `-----END CERTIFICATE-----`.",
    ),
    Reason.CERTIFICATE_UNTRUSTED: Explanation(
        "The operator does not know the authority that signed the certificate of the server, or the certificate chain"
        " is incomplete.",
        "Set the certificate of the authority in `provider.caBundle` or `provider.caBundleRef`, or for all connectors"
        " in the operator setting `trustBundle`. Verification cannot be disabled.",
    ),
    Reason.CERTIFICATE_INVALID: Explanation(
        "The certificate of the server has expired, is not yet valid, or belongs to another name. With a wrong clock on"
        " the operator's node, a valid certificate seems to be neither.",
        "Renew the certificate, or use the host name that it contains. `oauth-connector check` shows the certificates"
        " that the server sends, and compares the clocks.",
    ),
    Reason.TLS_FAILED: Explanation(
        "The TLS handshake failed: the server does not speak TLS at this port, supports only versions before 1.2, or"
        " requires a client certificate. Or it speaks TLS, and the URL begins with `http`.",
        "Correct scheme and port of the URL. Configure the server to accept TLS 1.2 or 1.3, and use"
        " `client.authentication` with a certificate where it requires one.",
    ),
    Reason.DESTINATION_NOT_ALLOWED: Explanation(
        "The address is private, link-local, loopback or a metadata address, or the connection is not encrypted. The"
        " restriction prevents users who may create connectors from reaching the internal network of the operator.",
        "If the destination is intended, a cluster administrator can add the host or network to the operator setting"
        " `allowedDestinations`.",
    ),
}
