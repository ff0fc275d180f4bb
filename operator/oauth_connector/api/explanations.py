"""The meaning of each reason, and the action that a user can take: the long form of the messages in `reasons`."""

from collections.abc import Mapping

from oauth_connector.api.provider_explanations import PROVIDER_EXPLANATIONS, Explanation
from oauth_connector.api.reasons import Reason

EXPLANATIONS: Mapping[Reason, Explanation] = {
    Reason.TOKEN_ISSUED: Explanation(
        "The Secret contains a token that has not expired and that matches the spec.",
        "Nothing. If condition `RefreshFailed` is present, its reason explains why the refresh fails.",
    ),
    Reason.PROGRESSING: Explanation(
        "There is no token yet. The connector is new or its spec has changed, and the operator requests a token.",
        "Wait a few seconds. If the reason does not change, check that the operator runs (`kubectl get pods` in its"
        " namespace).",
    ),
    Reason.TOKEN_EXPIRED: Explanation(
        "The last token has expired, and the operator has not obtained another one in time. The Secret is not deleted,"
        " so that Pods that mount it can still start.",
        "Check condition `RefreshFailed`: its reason explains the error.",
    ),
    Reason.SUSPENDED: Explanation(
        "`spec.suspend` is true and there is no valid token. While a token is valid, `Ready` stays true.",
        "Set `spec.suspend` to false.",
    ),
    Reason.INVALID_SPEC: Explanation(
        "The spec violates a rule. The API server rejects such a spec. It can exist if it was stored before the rule"
        " existed, or if the CustomResourceDefinition and the operator have different versions. The operator alone"
        " judges what depends on the token endpoint, which may be discovered.",
        "Correct the field that the message names. If the field is new, install the CustomResourceDefinition and the"
        " operator of the same version.",
    ),
    Reason.PROGRESS_DEADLINE_EXCEEDED: Explanation(
        "There has been no valid token for ten minutes. The error does not require an action of the user, and the"
        " operator retries.",
        "Check the reason of `Ready`, and `status.nextRefreshTime` for the time of the next request.",
    ),
    Reason.INTERNAL_ERROR: Explanation(
        "Several reconciliations in a row failed because of an error in the operator. It does not affect other"
        " connectors. The operator retries every 15 seconds.",
        "Read the log of the operator: each failure is logged as `a reconciliation failed`, with its location. Install"
        " a release in which the error is corrected, and report the error if there is none.",
    ),
    Reason.CREDENTIALS_NOT_FOUND: Explanation(
        "A Secret that the spec references does not exist in the namespace of the connector, or lacks the key.",
        "Create it, or correct the reference. The operator checks the Secret every minute and uses it as soon as it"
        " exists.",
    ),
    Reason.CREDENTIALS_INVALID: Explanation(
        "The value is not a usable credential: it is empty, not UTF-8, or contains control characters; a key is"
        " encrypted, public, too small, or does not belong to its certificate; or the Secret has a type that is never"
        " sent to a provider (a ServiceAccount token, for example). A token that has expired is not sent either. With"
        " `connectorRef`, the other connector supplies no token: it has none yet, its token has expired, or it depends"
        " on the token of this connector itself.",
        "Correct the value. One line break at the end is ignored; a line break inside the value is an error, except in"
        " a key or certificate. With `connectorRef`, see the status of the other connector. The operator looks at the"
        " Secret every minute.",
    ),
    Reason.CREDENTIALS_NOT_ALLOWED: Explanation(
        "The annotation `oauthconnector.dev/allowed-hosts` of the credential Secret does not contain the host of the"
        " token endpoint; or the annotation is missing and the operator requires it (setting `requireAllowedHosts`). No"
        " request was sent.",
        "If the host is correct, add it to the annotation (hosts are separated by commas). If it is not, find out who"
        " changed the provider in the spec of the connector.",
    ),
    Reason.CREDENTIALS_REJECTED: Explanation(
        "The provider rejects the client, or the user name or password. After any refusal a password is never sent"
        " again, so that the provider does not lock the account. Rejected client credentials are retried after 5, 15"
        " and 60 minutes, then hourly.",
        "Compare `client.id`, the client secret and `client.authentication` with the registration at the provider. A"
        " secret with characters such as `%` or `+` may require `client.basicEncoding: Raw`. For a client that signs"
        " assertions, compare key, `client.keyID`, `client.algorithm` and `client.assertionAudience`, and the clocks"
        " with `kubectl oauth doctor`. For a client with a ServiceAccount, compare issuer, subject and audience with"
        " what is registered. The operator checks the Secret every minute and retries immediately after a"
        " change.",
    ),
    Reason.ASSERTION_REJECTED: Explanation(
        "The provider says that the assertion or the token is invalid which grantType `JWTBearer` or `TokenExchange`"
        " presents. It is not sent again, since the answer would be the same.",
        "Compare issuer, subject, audience, types and key with what the provider requires, and the operator's clock"
        " with the provider's. The operator checks the Secret every minute and retries immediately after a change of"
        " Secret or spec. If the cause was at the provider, request a refresh: `kubectl oauth refresh NAME`.",
    ),
    Reason.CA_BUNDLE_NOT_FOUND: Explanation(
        "The ConfigMap that `provider.caBundleRef` references does not exist in the namespace of the connector, or"
        " lacks the key. Without it the operator sends no request.",
        "Create it, or reference another one.",
    ),
    Reason.SERVICE_ACCOUNT_TOKENS_DISABLED: Explanation(
        "The spec refers to a ServiceAccount, and the operator is installed without the permission to request tokens of"
        " ServiceAccounts. It is off by default.",
        "A cluster administrator sets the chart value `serviceAccountTokens.enabled`, which also creates the"
        " permission and an admission policy. Otherwise use a client secret, a key or a certificate.",
    ),
    Reason.SERVICE_ACCOUNT_NOT_FOUND: Explanation(
        "The spec refers to a ServiceAccount that does not exist in the namespace of the connector.",
        "Create it with the annotation that the message names, or correct the reference. The operator looks for it"
        " every minute.",
    ),
    Reason.SERVICE_ACCOUNT_NOT_ALLOWED: Explanation(
        "Annotation `oauthconnector.dev/allow-token-for` of the ServiceAccount does not contain the name of the"
        " connector. Without it any user who may create connectors could act as the ServiceAccount. No token was"
        " requested.",
        "Add the name to the annotation (names are separated by commas) if the connector may act as the ServiceAccount."
        " The operator looks at the annotation every minute, and before each token.",
    ),
    Reason.SERVICE_ACCOUNT_TOKEN_DENIED: Explanation(
        "The API server does not let the operator read the ServiceAccount, or issues no token for it, or the audience"
        " is one of the Kubernetes API itself: then the provider could use the token there, and it was not sent.",
        "The message names the cause. Permissions: compare the Role of the operator with the page on permissions. An"
        " admission policy: read its message with `kubectl create token`, impersonating the operator. An audience of"
        " the Kubernetes API: set another one in `serviceAccount.audience`. The operator tries again after 5, 15 and 60"
        " minutes, and at once after a change of spec or ServiceAccount.",
    ),
    Reason.OPERATOR_TOKEN_NOT_ALLOWED: Explanation(
        "The spec refers to a ServiceAccount without a name, which means the operator's own. The setting"
        " `operatorTokens` of the operator has no entry with this audience and the namespace of the connector. It is"
        " empty by default.",
        "Set the name of a ServiceAccount in the namespace of the connector. In an install for one tenant, a cluster"
        " administrator may allow the operator's own token instead, with the chart value `operatorTokens`.",
    ),
    Reason.REFRESH_LATE: Explanation(
        "The token is valid, and is refreshed less than 100 s before it expires. A kubelet shows a changed Secret in"
        " mounted files up to 90 s late, so that a Pod which reads the file may use an expired token. The default"
        " margin is 100 s or more for every token of at least 150 s; a shorter token leaves less.",
        "Set `refresh.before` to `100s`, if the token is valid for at least 111 s; this causes more token requests."
        " Otherwise configure a longer lifetime at the provider, or let the application read the Secret through the"
        " Kubernetes API. Ignore the condition if no Pod mounts the Secret.",
    ),
    Reason.REFRESH_TOKEN_IDLE: Explanation(
        "The connector is suspended, so that its refresh token is not used. The provider keeps an unused refresh token"
        " for a limited time only, which its preset states, and less than a week or a fifth of that time is left. While"
        " a connector is not suspended, the operator refreshes often enough.",
        "Set `suspend` to `false` for the time of one refresh. After the time has passed, the refresh token is"
        " probably invalid, and only a user can renew the grant.",
    ),
    Reason.CONSENT_REQUIRED: Explanation(
        "This connector requires the consent of a user. No user has consented yet, or the consent was withdrawn.",
        "Run `kubectl oauth authorize NAME -n NAMESPACE`, and consent at the provider in your browser. The token is"
        " published a few seconds later. You need permission to create OAuthConsents in the namespace.",
    ),
    Reason.REFRESH_TOKEN_REJECTED: Explanation(
        "The provider rejects the refresh token: with the error `invalid_grant`, or five times over an hour with any"
        " other refusal. The token is revoked or expired, was used by another client, or the password of the user has"
        " changed. The published token stays in the Secret.",
        "Consent again with `kubectl oauth authorize`. For grantType `RefreshToken`, store a new refresh token in the"
        " Secret. If the error is a fault of the provider, request a refresh: the operator then sends the refresh token"
        " once more.",
    ),
    Reason.REFRESH_TOKEN_SHARED: Explanation(
        "Two connectors refer to the same initial refresh token, in the same key of the same Secret. The provider"
        " replaced it when the first of them presented it. Many providers take a second use for theft, and revoke the"
        " grant of both. So this connector does not present it.",
        "Obtain another refresh token from the provider, store it in a Secret of its own, and refer to that in"
        " `refreshToken.secretRef`. Or let both workloads use the Secret of one connector.",
    ),
    Reason.GRANT_EXPIRED: Explanation(
        "The provider issued a token without a refresh token. The token has expired, or its lifetime is unknown.",
        "Consent again. If the provider supports refresh tokens, request one: often with the scope `offline_access` or"
        " the parameter `access_type=offline`.",
    ),
    Reason.GRANT_BINDING_MISMATCH: Explanation(
        "A refresh token is bound to the issuer (or the token URL) and to the client to which it was issued. The spec"
        " now names others, and the operator does not send the refresh token to them. Otherwise a user who may edit"
        " the connector could send it to a server under their control.",
        "Restore provider and client in the spec, or consent again.",
    ),
    Reason.SCOPES_CHANGED: Explanation(
        "Scopes, audience, resources or parameters of the spec differ from those of the consent. Until a user consents"
        " to the new values, the operator refreshes the token with the old grant.",
        "Consent again, or restore the spec.",
    ),
    Reason.REFRESH_TOKEN_MISSING: Explanation(
        "The authorization succeeded, but the token response contains no refresh token. The token is valid until it"
        " expires, and the operator cannot refresh it.",
        "Most providers issue a refresh token only on request: with the scope `offline_access` (Microsoft, Okta, Auth0,"
        " Xero), with the parameter `access_type=offline` (Google, Zoho), or with a setting of the client. Change this,"
        " then consent again.",
    ),
    Reason.REFRESH_TOKEN_EXPIRING: Explanation(
        "The refresh token expires soon: in less than a week, and less than a fifth of its lifetime is left.",
        "Consent again before `status.refreshTokenExpirationTime`. The current token stays valid meanwhile.",
    ),
    Reason.REDIRECT_URI_INVALID: Explanation(
        "The redirect URI of a connector is its own URI at the consent server, or a loopback URI with the same path."
        " Any other redirect URI could send authorization codes to the wrong recipient.",
        "If the operator has a consent server (setting `publicURL`), remove `authorizationCode.redirectURI`;"
        " `status.redirectURI` then shows the URI to register. Otherwise use a loopback URI and `kubectl oauth"
        " authorize`.",
    ),
    Reason.STATE_CONFLICT: Explanation(
        "The operator stores refresh tokens in the state Secret `<connector>-oauth-state`, and signs it. A Secret of"
        " that name exists without a valid signature, without content that can be read, or with the grant of an earlier"
        " connector of this name. It is neither used nor changed.",
        "If it is from a backup, restore the Secret `oauth-connector-key` of the operator and restart the operator."
        " Otherwise delete it; then a user must authorize again, or supply another initial refresh token.",
    ),
    Reason.SECRET_CONFLICT: Explanation(
        "A Secret with the name of the output exists and is not owned by this connector: another application or another"
        " connector owns it. It is not changed.",
        "Set another `output.secretName`, delete the Secret, or transfer it to this connector with the annotation"
        " `oauthconnector.dev/adopt: <connector>`.",
    ),
    Reason.SECRET_WRITE_REJECTED: Explanation(
        "The API server rejects the write: because of a quota, an admission policy, or an immutable Secret. The"
        " operator keeps the token in memory and requests no other token meanwhile.",
        "Remove the cause that the message names. The operator retries the write within three minutes, and at"
        " once after a change of `output`.",
    ),
    Reason.SECRET_CONTESTED: Explanation(
        "The Secret was changed or deleted three times within an hour, and the operator repaired it each time. Usually"
        " a second tool manages a Secret of the same name, or a cleanup job deletes it.",
        "Find the other client with `kubectl get secret <name> -o yaml --show-managed-fields`. The operator repairs the"
        " Secret one hour after the first of the three changes.",
    ),
    Reason.LABEL_NOT_ALLOWED: Explanation(
        "`output.labels` contains a label by which a controller of another project acts on Secrets, such as that of the"
        " repositories of Argo CD. That controller would trust content which the author of the connector chooses. The"
        " Secret is not changed, and no token is requested.",
        "Remove the label, or have a cluster administrator add it to the operator setting `allowedOutputLabels`, which"
        " applies at once.",
    ),
    **PROVIDER_EXPLANATIONS,
}
