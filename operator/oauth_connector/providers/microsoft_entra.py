"""Microsoft Entra ID (formerly Azure Active Directory), in each of Microsoft's clouds."""

from collections.abc import Mapping

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.providers.patterns import GUID, HOST, match_one_of
from oauth_connector.providers.preset import DAY, Parameter, Preset, RefreshTokens

_HOSTS: Mapping[str, str] = {
    "global": "login.microsoftonline.com",
    "us-government": "login.microsoftonline.us",
    "china": "login.partner.microsoftonline.cn",
}

PRESET = Preset(
    name="MicrosoftEntra",
    links=(
        "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
        "https://login.microsoftonline.com/error",
        "https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity",
        "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
        "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow",
        "https://learn.microsoft.com/entra/identity-platform/refresh-tokens",
        "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code",
        "https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud",
    ),
    read="2026-11-29",
    authorization_url="https://${cloud}/${tenant}/oauth2/v2.0/authorize",
    token_url="https://${cloud}/${tenant}/oauth2/v2.0/token",
    device_authorization_url="https://${cloud}/${tenant}/oauth2/v2.0/devicecode",
    parameters={
        "tenant": Parameter(
            f"common|organizations|consumers|{GUID}|{HOST}",
            "contoso.onmicrosoft.com",
            "directory: its ID or one of its domains; or `common`, `organizations` or `consumers`",
        ),
        "cloud": Parameter(match_one_of(*_HOSTS), "china", "Microsoft cloud", default="global", hosts=_HOSTS),
    },
    client_authentication=ClientAuthentication.POST,
    offline_scope="offline_access",
    refresh_tokens=RefreshTokens(rotates=True, revokes_used=False, idle_lifetime=90 * DAY),
    quirks=Quirks(
        errors={
            "interaction_required": "invalid_grant",
            "consent_required": "invalid_grant",
            "bad_verification_code": "invalid_grant",
        }
    ),
    notes=(
        "Refresh tokens expire after 90 days. Each refresh returns a new one, and the old one stays valid.",
        (
            "For ClientCredentials the scope is the resource followed by `/.default`, and `tenant` must"
            " be a single directory."
        ),
    ),
    codes={
        "AADSTS7000215": "The client secret is wrong. Store the value of the secret, not its ID.",
        "AADSTS7000222": "The client secret has expired. Create another one for the app registration.",
        "AADSTS7000218": (
            "The request contains no client secret, and the app is no public client. Set `client.secretRef`."
        ),
        "AADSTS700025": (
            "The application is a public client, which must not authenticate. Remove its credential from `client`, or"
            " change the app registration."
        ),
        "AADSTS700027": (
            "The signature of the assertion is invalid: the app registration does not have the certificate of this"
            " key, or the certificate has expired. Upload the one of `client.certificateRef`."
        ),
        "AADSTS700024": (
            "The assertion is not within its valid time range: compare the clocks of the nodes of the cluster with"
            " another one."
        ),
        "AADSTS700030": "The subject name in the certificate is not authorized for this application.",
        "AADSTS50012": (
            "The certificate of the assertion is not accepted, or the signature is invalid. Compare it with the one"
            " of the app registration."
        ),
        "AADSTS50013": "The assertion is malformed or has expired, or has another issuer than expected.",
        "AADSTS50027": (
            "The token is no valid assertion: its issuer, audience, time, format or signature is not accepted. Entra"
            " must be able to fetch the keys of the issuer."
        ),
        "AADSTS70021": (
            "No federated credential has issuer, subject and audience of the token. A new credential counts after"
            " some minutes."
        ),
        "AADSTS700211": (
            "No federated credential has the issuer of the token, which is that of the cluster, to the letter."
        ),
        "AADSTS700212": (
            "No federated credential has the audience of the token, which is `client.serviceAccount.audience`."
        ),
        "AADSTS700213": (
            "No federated credential has the subject of the token: `system:serviceaccount:`, the namespace, `:` and"
            " the ServiceAccount, upper and lower case included."
        ),
        "AADSTS70025": "The application has no federated credential. Add one to the app registration.",
        "AADSTS700223": (
            "The directory does not allow federated credentials (workload identity federation). An administrator can"
            " change that policy."
        ),
        "AADSTS700238": (
            "A policy of the directory does not allow federated credentials of this issuer. An administrator can"
            " change it."
        ),
        "AADSTS900382": "This cloud does not accept the credential of another cloud. Check parameter `cloud`.",
        "AADSTS7000112": "The application is disabled in the directory. An administrator must enable it.",
        "AADSTS700016": "The directory does not contain this application. Check `client.id`, and parameter `tenant`.",
        "AADSTS90002": "The directory does not exist. Check parameter `tenant`.",
        "AADSTS900023": "The name of the directory is invalid. Check parameter `tenant`.",
        "AADSTS50194": "The application accepts one directory only. Set parameter `tenant` to that directory.",
        "AADSTS500011": (
            "The directory does not contain the resource of the scope. Check `scopes`, and parameter `tenant`."
        ),
        "AADSTS70011": "A scope is invalid. For ClientCredentials it is the resource followed by `/.default`.",
        "AADSTS1002012": "For ClientCredentials the scope must be the resource followed by `/.default`.",
        "AADSTS28002": "A scope is invalid. Check `scopes`.",
        "AADSTS65001": (
            "Neither user nor administrator has consented to the scopes. Consent, or let an administrator consent."
        ),
        "AADSTS50034": "The directory does not contain the user. Check the user name, and parameter `tenant`.",
        "AADSTS50126": "User name or password is wrong.",
        "AADSTS50053": "The account is locked after too many wrong passwords, or the address is blocked.",
        "AADSTS50055": "The password has expired. The user must change it.",
        "AADSTS50057": "The account of the user is disabled.",
        "AADSTS50076": "The user must sign in with a second factor, which grantType Password cannot do.",
        "AADSTS50079": "The user must register a second factor, which grantType Password cannot do.",
        "AADSTS50173": "The grant was revoked by an administrator or by the user, for example with a new password.",
        "AADSTS53003": (
            "Conditional Access blocks the sign-in. An administrator of the directory can change the policy."
        ),
        "AADSTS70000": "The grant is invalid, for example since it was issued to another application.",
        "AADSTS54005": "The code was used before.",
        "AADSTS70008": "The code or the refresh token has expired.",
        "AADSTS70043": (
            "Conditional Access limits how long a sign-in counts (sign-in frequency), so that the refresh token has"
            " expired."
        ),
        "AADSTS700082": "The refresh token has expired because it was not used for 90 days.",
        "AADSTS700084": "The refresh token of a single-page application has expired after its fixed lifetime.",
        "AADSTS50011": "The redirect URI is not registered. Add `status.redirectURI` to the app registration.",
        "AADSTS9002313": "The request is malformed. Check `tokenParameters`.",
    },
)
