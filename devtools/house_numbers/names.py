"""Decide whether the name of a function is a bare participle (`_asked`, `told_by`) or begins like a predicate."""

import re
import tomllib
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_name("participles.toml").read_text(encoding="utf-8"))
IRREGULAR, NOT_PARTICIPLES, BINDING = (
    frozenset(_LISTS[name].split()) for name in ("irregular", "not_participles", "binding")
)
WORD = re.compile(r"[a-z]+")
PREDICATE = re.compile(r"_*(is|has|may|needs|can)_|__")
EFFECTS = frozenset({"put", "remove", "take", "open_page", "ignore_aliases"})
"""Functions that act and return whether the action had an effect, and a method of PyYAML that is overridden."""


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


def is_predicate(name: str) -> bool:
    """Return whether a name may be that of a function that returns a bool."""
    return PREDICATE.match(name) is not None or name in EFFECTS
