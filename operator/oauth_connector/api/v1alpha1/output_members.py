"""Names of the members of a token response that are published: scalars, and never a refresh token."""

import re
from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Rule, cel_literal, pattern_rule
from oauth_connector.oauth.secret_names import REFRESH_TOKEN, spell_name

_PATHS = r"[/$].*|.*\[.*|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+"
"""Names in the syntax of JSON Pointer, JSONPath or jq. A single leading point occurs: `.expires` (ASP.NET)."""

_NEVER_FILLED = ("authorization_details", "error", "error_description", "error_uri", "ok")
"""Members of a failed response (RFC 6749 §5.2), a list (RFC 9396 §7), and a boolean (Slack)."""

_REFRESH_TOKEN = spell_name(REFRESH_TOKEN)

MemberName = Annotated[
    str,
    Field(min_length=1, max_length=128),
    pattern_rule(
        "[!-~]+", "must be the name of a member of the token response, such as instance_url: ASCII without white space"
    ),
    Rule(
        f"!self.matches({cel_literal(f'^({_REFRESH_TOKEN})$')})",
        "must not be refresh_token, because Pods must not receive refresh tokens, however they are spelled: remove it",
        lambda name: re.fullmatch(_REFRESH_TOKEN, name) is None,
    ),
    Rule(
        f"!self.matches({cel_literal(f'^({_PATHS})$')})",
        "must be a member of the token response itself: members of members are not read. Name one that is a string or"
        " a number",
        lambda name: re.fullmatch(_PATHS, name) is None,
    ),
    Rule(
        f"!(self in [{', '.join(cel_literal(name) for name in _NEVER_FILLED)}])",
        "is never in a token response that succeeds as a string or a number: remove it",
        lambda name: name not in _NEVER_FILLED,
    ),
]
