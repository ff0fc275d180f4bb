"""Durations in the notation of Go: `10m`, `1h30m`, `45s`.

They stay strings: a rewritten value would be a permanent difference for GitOps tools.
"""

import re
from typing import Annotated

from pydantic import Field

from oauth_connector.api.schema.fields import Rule, cel_literal, pattern_rule

PATTERN = "([0-9]{1,5}h)?([0-9]{1,6}m)?([0-9]{1,8}s)?"
"""Bounded, so that no duration overflows the 64-bit nanoseconds of Go and CEL."""

MOST = "87600h"
"""Ten years."""

_PART = re.compile("([0-9]+)([hms])")
_SECONDS = {"h": 3600, "m": 60, "s": 1}

Duration = Annotated[
    str,
    Field(min_length=2, max_length=24),
    pattern_rule(PATTERN, "must be a duration in whole hours, minutes and seconds, such as 10m, 1h30m or 45s"),
]


def to_seconds(text: str) -> int:
    """Return the seconds of a duration that matches `PATTERN`."""
    return sum(int(number) * _SECONDS[unit] for number, unit in _PART.findall(text))


def duration_rule(least: str) -> Rule[str]:
    """Return the rule that a duration lies between `least` and ten years."""
    shape = cel_literal(f"^({PATTERN})$")
    return Rule(
        f"!self.matches({shape}) || (duration(self) >= duration('{least}') && duration(self) <= duration('{MOST}'))",
        f"must be between {least} and {MOST} (ten years)",
        lambda text: to_seconds(least) <= to_seconds(text) <= to_seconds(MOST),
    )
