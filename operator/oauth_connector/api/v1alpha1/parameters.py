"""Parameters of the token request, as in `spec`: scopes, audience, additional parameters."""

import re
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
    """Return the rule that no parameter has a reserved name, in any case and with `.` or `_`."""
    pattern = f"(?i)^({_match_names(reserved)})$"
    found = re.compile(pattern)
    return Rule(
        f"self.all(k, !k.matches({cel_literal(pattern)}))",
        message,
        lambda parameters: not any(found.match(name) for name in parameters),
    )


def query_rules(reserved: Collection[str], cure: str) -> tuple[Rule[str], Rule[str]]:
    """Return the rules of an endpoint's query: plain names, and none that is reserved, which would be sent twice."""
    pattern = f"(?i)[?&;]({_match_names(reserved)})([=&;]|$)"
    found = re.compile(pattern)
    return (
        pattern_rule(
            rf"[^?]*([?]({_QUERY_NAME}(=[^&;]*)?([&;]{_QUERY_NAME}(=[^&;]*)?)*)?)?",
            "must have a query whose names are letters, digits, '_', '.' and '-': remove the other ones",
        ),
        Rule(
            f"!self.matches({cel_literal(pattern)})",
            f"must have no parameter in its query that the operator sets itself: {cure}",
            lambda url: found.search(url) is None,
        ),
    )


_QUERY_NAME = "[A-Za-z0-9_.-]{1,128}"


def _match_names(names: Collection[str]) -> str:
    """Return a pattern of normalized names, for which servers may read `.` as `_`."""
    return "|".join(sorted(names)).replace("_", "[._]")


TokenParameters = Annotated[
    Parameters,
    unreserved_rule(
        RESERVED_PARAMETERS,
        "must not contain reserved parameters: set scopes, audience, resources, client and password"
        " in their fields, and remove the others",
    ),
    BeforeValidator(drop_nulls),
]
