"""Decide whether the name of a function is a bare participle: `_asked`, `told_by`, but not `cached_folder`."""

import re
import tomllib
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_name("participles.toml").read_text(encoding="utf-8"))
IRREGULAR, NOT_PARTICIPLES, BINDING = (
    frozenset(_LISTS[name].split()) for name in ("irregular", "not_participles", "binding")
)
WORD = re.compile(r"[a-z]+")


def is_bare_participle(name: str, *, is_async: bool) -> bool:
    """Return whether a name is a participle alone or with a preposition; for a coroutine, whether it begins with one.

    A participle before a noun names a value, which a function that only computes may do: `observed_credentials`.
    """
    words = WORD.findall(name.lower())
    if name.startswith("__") or not words or not _is_participle(words[0]):
        return False
    return is_async or len(words) == 1 or words[1] in BINDING


def _is_participle(word: str) -> bool:
    return word in IRREGULAR or (word.endswith("ed") and word not in NOT_PARTICIPLES)
