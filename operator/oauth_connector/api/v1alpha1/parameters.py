"""Parameters of the token request, as in `spec`: scopes, audience, additional parameters."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.fields import Rule, cel_literal, drop_nulls, pattern_rule
from oauth_connector.oauth.token_request import RESERVED_PARAMETERS


class ScopeSeparator(StrEnum):
    """Character between the scopes in a request."""

    SPACE = "Space"
    COMMA = "Comma"


_SCOPE = r"[!#-\[\]-~]"
"""RFC 6749 §3.3."""

Scope = Annotated[
    str,
    Field(min_length=1, max_length=512),
    pattern_rule(
        f"{_SCOPE}+",
        "must be a single scope without white space, quotes and backslashes: use one entry for each"
        ' scope, or set "scope"',
    ),
]
ScopeText = Annotated[
    str,
    Field(min_length=1, max_length=4096),
    pattern_rule(
        rf"[ ,\t\r\n]*[!#-+.-\[\]-~-]({_SCOPE}|[ \t\r\n])*",
        "must be scopes separated by commas or white space, without quotes and backslashes",
    ),
]
Audience = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    pattern_rule("[!-~]([ -~]*[!-~])?", "must be printable ASCII without leading or trailing white space"),
]
Prefix = Annotated[
    str,
    Field(max_length=64),
    pattern_rule(
        "([!-~]([ -~]*[!-~])?)?",
        "must be printable ASCII without leading or trailing white space, such as Zoho-oauthtoken, or"
        " empty to publish the bare token",
    ),
]


_PARAMETER = pattern_rule("[A-Za-z0-9_.-]{1,128}", "")

Parameters = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=2048)]],
    Field(max_length=16),
    Rule(
        f"self.all(k, {_PARAMETER.cel.replace('self', 'k')})",
        "must have names of at most 128 letters, digits, '_', '.' and '-' (RFC 6749 section 8.2)",
        lambda parameters: all(_PARAMETER.holds(name) for name in parameters),
    ),
]
"""Additional parameters of a request. `unreserved_rule` adds the rule about reserved names."""


def unreserved_rule(reserved: Collection[str], message: str) -> Rule[Mapping[str, str]]:
    """Return the rule that no parameter has a reserved name."""
    names = ", ".join(cel_literal(name) for name in sorted(reserved))
    return Rule(f"self.all(k, !(k in [{names}]))", message, lambda parameters: parameters.keys().isdisjoint(reserved))


TokenParameters = Annotated[
    Parameters,
    unreserved_rule(
        RESERVED_PARAMETERS,
        "must not contain reserved parameters: set scopes, audience, resources, client and password"
        " in their fields, and remove the others",
    ),
    BeforeValidator(drop_nulls),
]
