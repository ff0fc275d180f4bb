"""`spec.provider.response`: where the values of a provider's token responses stand."""

import re
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Model, Rule, cel_literal, pattern_rule
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.oauth.json_pointer import PATTERN
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.oauth.secret_names import ACCESS_TOKEN, ID_TOKEN, REFRESH_TOKEN, spell_name

Pointer = Annotated[
    str,
    Field(min_length=2, max_length=256),
    pattern_rule(
        PATTERN, "must be a JSON Pointer (RFC 6901) that begins with /, such as /data/access_token or /tokens/0/value"
    ),
]
_OTHERS = "[^A-Za-z/]*"
_BELOW_A_SECRET = rf"(.*/)?({spell_name(REFRESH_TOKEN, _OTHERS)}|{spell_name(ID_TOKEN, _OTHERS)})(/.*)?"
_AN_ACCESS_TOKEN = rf"(.*/)?{spell_name(ACCESS_TOKEN, _OTHERS)}"


def _refuse(pattern: str, message: str) -> Rule[str]:
    cel = f"!self.matches({cel_literal(f'^({pattern})$')})"
    return Rule(cel, message, lambda pointer: re.fullmatch(pattern, pointer) is None)


_AccessTokenPointer = Annotated[
    Pointer,
    _refuse(
        _BELOW_A_SECRET,
        "must not name a refresh token or an ID token, because Pods receive what it names: name the access token",
    ),
]
_ScopePointer = Annotated[
    Pointer,
    _refuse(
        f"{_BELOW_A_SECRET}|{_AN_ACCESS_TOKEN}",
        "must not name a token, because status shows what it names: name the granted scopes",
    ),
]
TokenType = Annotated[
    str,
    Field(min_length=1, max_length=64),
    pattern_rule("[A-Za-z][A-Za-z0-9 _.-]*", "must be a word of token_type, such as BearerToken"),
]


class ProviderResponse(Model):
    """Where the values of a token response stand: JSON Pointers (RFC 6901).

    A value that is not at its place counts where RFC 6749 has it. Members beside the access token count before those of
    the top level.
    """

    access_token: Annotated[_AccessTokenPointer | None, digests.IN_REQUEST] = Field(
        None, description="Place of the access token. Default: the preset's, else `/access_token`."
    )
    refresh_token: Annotated[Pointer | None, digests.IN_REQUEST] = Field(
        None,
        description="Place of the refresh token. Default: the preset's, else `refresh_token` beside the access token.",
    )
    expires_in: Annotated[Pointer | None, digests.IN_REQUEST] = Field(
        None,
        description="Place of the lifetime in seconds. Default: the preset's, else `expires_in` beside the access"
        " token.",
    )
    expires_at: Annotated[Pointer | None, digests.IN_REQUEST] = Field(
        None,
        description="Place of the expiration time: seconds or milliseconds since 1970, or RFC 3339. Default: the"
        " preset's, else none.",
    )
    scope: Annotated[_ScopePointer | None, digests.IN_REQUEST] = Field(
        None, description="Place of the granted scopes. Default: the preset's, else `scope` beside the access token."
    )
    bearer_types: Annotated[Annotated[tuple[TokenType, ...], Field(max_length=8)] | None, digests.IN_REQUEST] = Field(
        None,
        description="Words of `token_type` that mean a bearer token here, in addition to `Bearer` and those of the"
        " preset. Default: none.",
    )

    def apply(self, quirks: Quirks) -> Quirks:
        """Return the quirks with these places in the place of their own, and with further words."""
        named = self.model_dump(exclude_none=True, exclude={"bearer_types"})
        words = frozenset(re.sub("[^a-z]", "", word.lower()) for word in self.bearer_types or ())
        return replace(quirks, places=replace(quirks.places, **named), bearer_types=quirks.bearer_types | words)
