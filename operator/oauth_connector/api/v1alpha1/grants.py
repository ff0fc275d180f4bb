"""`spec.authorizationCode` and `spec.refreshToken`: the members of the grants that end in a refresh token."""

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
"""A redirect URI on the requester's own machine (RFC 8252 §7.3); ports below 1000 are not a user's to take."""


class PKCE(StrEnum):
    """Proof key for code exchange (RFC 7636): the method, or none."""

    S256 = "S256"
    DISABLED = "Disabled"


AuthorizationParameters = Annotated[
    Parameters,
    free_of(
        RESERVED_PARAMETERS,
        "a parameter that has a field of its own is set there (scopes, audience, resources, client), and one that would"
        " change what comes back nowhere: remove it",
    ),
    BeforeValidator(present),
]

RedirectURI = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    written(
        f'https://[!-"$-~]+|{LOOPBACK.pattern}',
        "must be the operator's own redirect URI (leave it out), or one on loopback such as"
        " http://127.0.0.1:8765/oauth/callback/NAMESPACE/NAME",
    ),
]


class AuthorizationCodeSpec(Model):
    """How a person is asked (RFC 6749 §4.1)."""

    redirect_uri: RedirectURI | None = Field(
        None,
        description="Where the provider sends the browser back to: a port of the requester's machine, for clients that"
        " cannot be registered otherwise. When absent: the consent service; status tells the exact address.",
    )
    pkce: PKCE | None = Field(
        None,
        description="`S256`, or `Disabled` for the few providers that refuse it (RFC 7636). When absent: `S256`, unless"
        " the preset knows better.",
    )
    parameters: AuthorizationParameters | None = Field(
        None,
        description="Further parameters of the authorization request, beside the preset's; one of the same name takes"
        " its place. When absent: the preset's alone, if any.",
    )


class RefreshTokenSpec(Model):
    """A refresh token that a person brings, to begin with (RFC 6749 §6)."""

    secret_ref: SecretKeyReference = Field(
        description=f"The refresh token; key `{REFRESH_TOKEN_KEY}` unless another is named. Another one in its place"
        " begins anew; the same one never rolls back what the provider has rotated since."
    )


def needed_by(grant: GrantType, field: str) -> Rule[Model]:
    """Give the rule of a spec that a grant needs its member."""
    name = camel(field)
    return Rule(
        f"self.grantType != '{grant.value}' || has(self.{name})",
        f"grantType {grant.value} needs it: set it",
        lambda spec: _grant(spec) is not grant or getattr(spec, field) is not None,
        name,
    )


def only_for(grant: GrantType, field: str) -> Rule[Model]:
    """Give the rule of a spec that a member stands with its grant alone."""
    name = camel(field)
    return Rule(
        f"self.grantType == '{grant.value}' || !has(self.{name})",
        f"is for grantType {grant.value} only: remove it, or change grantType",
        lambda spec: _grant(spec) is grant or getattr(spec, field) is None,
        name,
    )


def _grant(spec: Model) -> GrantType:
    found: GrantType = getattr(spec, "grant_type")  # noqa: B009  # of whichever model has these members
    return found
