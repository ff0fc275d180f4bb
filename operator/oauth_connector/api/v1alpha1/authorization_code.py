"""`spec.authorizationCode`: the member of the authorization code grant, and the rules of that grant."""

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.fields import drop_nulls, pattern_rule, rule
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.client import CONFIDENTIAL
from oauth_connector.api.v1alpha1.grant_member import GrantMember
from oauth_connector.api.v1alpha1.parameters import Parameters, unreserved_rule
from oauth_connector.api.v1alpha1.references import CredentialValues
from oauth_connector.oauth.authorization import RESERVED_PARAMETERS
from oauth_connector.oauth.grants.registry import GrantType

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1.grants import GrantMembers

_PORT = "[1-9][0-9]{3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
LOOPBACK = re.compile(rf"http://(127\.0\.0\.1|\[::1\]|localhost):({_PORT})(/[!-~]*)?")
"""A loopback redirect URI (RFC 8252 §7.3). Ports below 1000 are excluded, since a user may not listen on them."""


class PKCE(StrEnum):
    """Proof key for code exchange (RFC 7636): the method, or none."""

    S256 = "S256"
    PLAIN = "Plain"
    DISABLED = "Disabled"


AuthorizationParameters = Annotated[
    Parameters,
    unreserved_rule(
        RESERVED_PARAMETERS,
        "must not contain reserved parameters: set scopes, audience, resources and client in their"
        " fields, and remove the others",
    ),
    BeforeValidator(drop_nulls),
]

RedirectURI = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    pattern_rule(
        f'https://[!-"$-~]+|{LOOPBACK.pattern}',
        "must be the redirect URI of the consent server (the default), or a loopback URI such as"
        " http://127.0.0.1:8765/oauth/callback/NAMESPACE/NAME",
    ),
]

RedirectName = Annotated[
    str,
    Field(min_length=1, max_length=256),
    pattern_rule("[A-Za-z0-9][A-Za-z0-9._~-]*", "must be a registered name, and not a URL: set redirectURI for a URL"),
]


class AuthorizationCodeSpec(GrantMember):
    """Settings of the authorization request (RFC 6749 §4.1)."""

    grant_type = GrantType.AUTHORIZATION_CODE

    redirect_uri: Annotated[RedirectURI | None, digests.NOT_DIGESTED] = Field(
        None,
        description="Loopback URI on the requester's machine, for a client that cannot use the redirect URI of"
        " the consent server. Default: the redirect URI of the consent server, which `status.redirectURI` shows.",
    )
    redirect_name: Annotated[RedirectName | None, digests.NOT_DIGESTED] = Field(
        None,
        description="Name under which the provider has the redirect URI registered, such as the RuName of eBay. It is"
        " sent as `redirect_uri`; the provider redirects to the URL that it has registered for the name. Default: the"
        " redirect URI itself is sent.",
    )
    pkce: Annotated[PKCE | None, digests.NOT_DIGESTED] = Field(
        None,
        description="PKCE method (RFC 7636): `S256`, `Plain` for a provider that knows no other, or `Disabled` for one"
        " that does not accept PKCE."
        " Default: `S256`, unless the preset disables it.",
    )
    parameters: Annotated[AuthorizationParameters | None, digests.AUTHORIZATION] = Field(
        None,
        description="Additional parameters of the authorization request. They override the preset's parameters of"
        " the same name. Default: the parameters of the preset.",
    )

    def build_grant(self, values: CredentialValues) -> None:
        """Build nothing: the consent provides the code."""


@rule(
    "self.grantType != 'AuthorizationCode' || !has(self.client) || has(self.client.id) ||"
    " has(self.client.registration)",
    "grantType AuthorizationCode requires client.id, because the URL in the browser contains it:"
    " set client.id instead of client.idSecretRef",
    "client",
)
def has_public_client_id(spec: "GrantMembers") -> bool:
    """Return whether the spec contains the client identifier, which the browser shows."""
    is_other = spec.grant_type is not GrantType.AUTHORIZATION_CODE
    return is_other or not spec.has_client or bool(spec.client.id or spec.client.registration)


@rule(
    "self.grantType != 'AuthorizationCode' || has(self.provider.authorizationURL) || has(self.provider.issuer) ||"
    " has(self.provider.preset) || has(self.provider.resource)",
    "grantType AuthorizationCode requires an authorization endpoint: set authorizationURL, issuer, preset or resource",
    "provider",
)
def has_authorization_endpoint(spec: "GrantMembers") -> bool:
    """Return whether the authorization endpoint is set or can be discovered."""
    provider = spec.provider
    known = provider.authorization_url or provider.issuer or provider.preset or provider.resource
    return spec.grant_type is not GrantType.AUTHORIZATION_CODE or known is not None


@rule(
    "!has(self.authorizationCode) || !has(self.authorizationCode.pkce) || self.authorizationCode.pkce == 'S256' ||"
    f" ({CONFIDENTIAL} && (!has(self.authorizationCode.redirectURI) ||"
    " self.authorizationCode.redirectURI.startsWith('https://')))",
    "PKCE must not be disabled or plain for a loopback redirect URI or for a client without a secret,"
    " because another party could redeem an intercepted code: set pkce to S256",
    "authorizationCode",
)
def has_pkce_for_exposed_codes(spec: "GrantMembers") -> bool:
    """Return whether PKCE protects a code that another program could intercept (RFC 7636 §1)."""
    member = spec.authorization_code
    if member is None or member.pkce in (None, PKCE.S256):
        return True
    hosted = member.redirect_uri is None or member.redirect_uri.startswith("https://")
    return spec.client.is_confidential and hosted
