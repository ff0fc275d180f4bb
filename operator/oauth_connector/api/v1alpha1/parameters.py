"""What a token request carries beside grant and client, as a person writes it in `spec`."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from oauth_connector.api.schema.fields import Rule, cel_text, present, written
from oauth_connector.oauth.token_request import RESERVED_PARAMETERS


class ScopeSeparator(StrEnum):
    """What joins scopes on the wire."""

    SPACE = "Space"
    COMMA = "Comma"


_SCOPE = r"[!#-\[\]-~]"
"""RFC 6749 §3.3."""

Scope = Annotated[
    str,
    Field(min_length=1, max_length=512),
    written(f"{_SCOPE}+", 'must be one scope, without white space, quotes and \\: write one an entry, or set "scope"'),
]
ScopeText = Annotated[
    str,
    Field(min_length=1, max_length=4096),
    written(
        rf"[ ,\t\r\n]*[!#-+.-\[\]-~-]({_SCOPE}|[ \t\r\n])*",
        "must be scopes separated by commas or white space, without quotes and \\",
    ),
]
Audience = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    written("[!-~]([ -~]*[!-~])?", "must be printable ASCII without white space around it"),
]
Prefix = Annotated[
    str,
    Field(max_length=64),
    written(
        "([!-~]([ -~]*[!-~])?)?",
        "must be printable ASCII without white space around it, such as Zoho-oauthtoken, or empty for the bare token",
    ),
]


_PARAMETER = written("[A-Za-z0-9_.-]{1,128}", "")

Parameters = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=2048)]],
    Field(max_length=16),
    Rule(
        f"self.all(k, {_PARAMETER.cel.replace('self', 'k')})",
        "names must be letters, digits, '_', '.' and '-', at most 128 of them (RFC 6749 section 8.2)",
        lambda parameters: all(_PARAMETER.holds(name) for name in parameters),
    ),
]
"""Further parameters of a request; which names are free is another rule's to say."""


def free_of(reserved: Collection[str], message: str) -> Rule[Mapping[str, str]]:
    """Give the rule that no parameter has a name that is ours to set."""
    names = ", ".join(cel_text(name) for name in sorted(reserved))
    return Rule(f"self.all(k, !(k in [{names}]))", message, lambda parameters: parameters.keys().isdisjoint(reserved))


TokenParameters = Annotated[
    Parameters,
    free_of(
        RESERVED_PARAMETERS,
        "a parameter that has a field of its own is set there (scopes, audience, resources, client, password), and"
        " one of another grant nowhere: remove it",
    ),
    BeforeValidator(present),
]
