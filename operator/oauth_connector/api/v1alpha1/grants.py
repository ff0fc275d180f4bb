"""`spec.authorizationCode` and `spec.refreshToken`: the settings of the grants that return a refresh token."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.fields import Model, Rule, camel, present, written
from oauth_connector.api.v1alpha1.parameters import Parameters, free_of
from oauth_connector.api.v1alpha1.references import SecretKeyReference
from oauth_connector.oauth.authorization import RESERVED_PARAMETERS
from oauth_connector.oauth.token import GrantType

REFRESH_TOKEN_KEY = "refresh-token"

_PORT = "[1-9][0-9]{3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
LOOPBACK = re.compile(rf"http://(127\.0\.0\.1|\[::1\]|localhost):({_PORT})(/[!-~]*)?")
"""A loopback redirect URI (RFC 8252 §7.3). Ports below 1000 are excluded, since a user may not listen on them."""


class PKCE(StrEnum):
    """Proof key for code exchange (RFC 7636): the method, or none."""

    S256 = "S256"
    DISABLED = "Disabled"


AuthorizationParameters = Annotated[
    Parameters,
    free_of(
        RESERVED_PARAMETERS,
        "must not contain reserved parameters: set scopes, audience, resources and client in their"
        " fields, and remove the others",
    ),
    BeforeValidator(present),
]

RedirectURI = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    written(
        f'https://[!-"$-~]+|{LOOPBACK.pattern}',
        "must be the redirect URI of the consent server (the default), or a loopback URI such as"
        " http://127.0.0.1:8765/oauth/callback/NAMESPACE/NAME",
    ),
]


class AuthorizationCodeSpec(Model):
    """Settings of the authorization request (RFC 6749 §4.1)."""

    redirect_uri: RedirectURI | None = Field(
        None,
        description="Redirect URI: a loopback URI on the requester's machine, for clients that cannot register"
        " the one of the consent server. Default: the redirect URI of the consent server, which"
        " `status.redirectURI` shows.",
    )
    pkce: PKCE | None = Field(
        None,
        description="PKCE method (RFC 7636): `S256`, or `Disabled` for a provider that does not accept it."
        " Default: `S256`, unless the preset disables it.",
    )
    parameters: AuthorizationParameters | None = Field(
        None,
        description="Additional parameters of the authorization request. They override the preset's parameters of"
        " the same name. Default: the parameters of the preset.",
    )


class RefreshTokenSpec(Model):
    """The initial refresh token, which the user supplies (RFC 6749 §6)."""

    secret_ref: SecretKeyReference = Field(
        description=f"Secret that contains the initial refresh token, in key `{REFRESH_TOKEN_KEY}` unless `key` is"
        " set. A new value replaces the current grant; an unchanged value never replaces a rotated refresh token."
    )


def needed_by(grant: GrantType, field: str) -> Rule[Model]:
    """Give the rule of a spec that a grant needs its member."""
    name = camel(field)
    return Rule(
        f"self.grantType != '{grant.value}' || has(self.{name})",
        f"is required with grantType {grant.value}: set it",
        lambda spec: _grant(spec) is not grant or getattr(spec, field) is not None,
        name,
    )


def only_for(grant: GrantType, field: str) -> Rule[Model]:
    """Give the rule of a spec that a member stands with its grant alone."""
    name = camel(field)
    return Rule(
        f"self.grantType == '{grant.value}' || !has(self.{name})",
        f"is allowed with grantType {grant.value} only: remove it, or change grantType",
        lambda spec: _grant(spec) is grant or getattr(spec, field) is None,
        name,
    )


def _grant(spec: Model) -> GrantType:
    found: GrantType = getattr(spec, "grant_type")  # noqa: B009  # of whichever model has these members
    return found
