"""A term that is not used, read from terms.toml."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from devtools.vocabulary.passages import KINDS, Kind

FILE = Path(__file__).with_name("terms.toml")
KEYS = frozenset({"words", "regexes", "say", "kinds", "unless", "except"})


@dataclass(frozen=True)
class Term:
    """One entry: what it matches, what to write instead, and where it does not apply."""

    pattern: re.Pattern[str]
    say: str
    kinds: frozenset[Kind] = KINDS
    unless: re.Pattern[str] | None = None
    exempt: tuple[str, ...] = ()

    def may_contain(self, path: str, kind: Kind) -> bool:
        """Return whether the term is looked for in this kind of text of a file."""
        return kind in self.kinds and not any(fnmatch(path, glob) for glob in self.exempt)

    def is_allowed_in(self, line: str) -> bool:
        """Return whether the line uses the word in another meaning, or quotes it."""
        return self.unless is not None and self.unless.search(line) is not None


def read_terms(path: Path = FILE) -> list[Term]:
    """Read the terms of a TOML file."""
    return [build_term(entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["term"]]


def build_term(entry: Mapping[str, Any]) -> Term:
    """Build a term from an entry of the file; raise ValueError for a key or a kind that does not exist."""
    kinds = frozenset(entry.get("kinds", KINDS))
    wrong = sorted((set(entry) - KEYS) | (kinds - KINDS))
    if wrong:
        raise ValueError(f"no such key or kind: {', '.join(wrong)}")
    words = [rf"{re.escape(word)}\b" for word in entry.get("words", ())]
    unless = list(entry.get("unless", ()))
    return Term(
        re.compile(rf"\b(?:{_join_patterns([*words, *entry.get('regexes', ())])})", re.IGNORECASE),
        entry["say"],
        kinds,
        re.compile("|".join(unless)) if unless else None,
        tuple(entry.get("except", ())),
    )


def _join_patterns(parts: Iterable[str]) -> str:
    return "|".join(parts).replace("\\ ", " ").replace(" ", r"[\s#]+")
