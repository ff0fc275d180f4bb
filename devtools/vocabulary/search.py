"""Search files for terms that are not used."""

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from devtools.vocabulary.passages import KINDS, Kind, Passage, read_document, read_module
from devtools.vocabulary.terms import Term

ROOT = Path(__file__).parents[2]

# Files with text of the project, by glob, with the kinds of text that are searched; the first that matches counts.
SEARCHED: dict[str, frozenset[Kind]] = {
    "devtools/vocabulary/*": frozenset(),
    "devtools/house_numbers/participles.toml": frozenset(),
    "tests/unit/devtools/test_vocabulary*.py": frozenset(),
    "requirements/*": frozenset(),
    "tests/*.py": frozenset({"docstring", "comment", "name"}),
    "*.py": KINDS,
    "tests/fixtures/*": frozenset(),
    "*/package-lock.json": frozenset(),
    **dict.fromkeys(
        ("*.md", "*.yaml", "*.html", "*.toml", "*.css", "*.js", "*.mjs", "Makefile", ".ci/run", "*/dashboard.json"),
        frozenset[Kind]({"prose"}),
    ),
}


@dataclass(frozen=True)
class Hit:
    """A word that is not used: where it is, how it is written there, and what to write instead."""

    path: str
    line: int
    word: str
    say: str

    def __str__(self) -> str:
        """Return the line that an editor can open: path, line, word and cure."""
        return f"{self.path}:{self.line}: “{self.word}”: say {self.say}"


def list_files(under: Iterable[str] = ()) -> list[str]:
    """Return the tracked and the new files below paths of the repository (without any: all), but no ignored file."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *under]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return sorted(path for path in set(listed.split("\0")) if path and (ROOT / path).is_file())


def search_files(paths: Iterable[str], terms: Iterable[Term]) -> Iterator[Hit]:
    """Return the hits in files of the repository; a file whose name no glob of SEARCHED matches is left out."""
    terms = list(terms)
    for path in paths:
        kinds = next((kinds for glob, kinds in SEARCHED.items() if fnmatch(path, glob)), frozenset[Kind]())
        if kinds:
            yield from search_text(path, (ROOT / path).read_text(encoding="utf-8"), terms, kinds)


def search_text(path: str, text: str, terms: Iterable[Term], kinds: frozenset[Kind] = KINDS) -> Iterator[Hit]:
    """Return the hits in the text of a file, line by line."""
    lines = text.splitlines()
    passages = read_module(text) if path.endswith(".py") else read_document(text)
    searched = [passage for passage in passages if passage.kind in kinds]
    found = {
        hit
        for term in _select_terms(terms, searched)
        for passage in searched
        if term.may_contain(path, passage.kind)
        for hit in _hits(path, passage, term)
        if not term.is_allowed_in(lines[hit.line - 1])
    }
    return iter(sorted(found, key=lambda hit: (hit.line, hit.word)))


def _select_terms(terms: Iterable[Term], passages: Iterable[Passage]) -> list[Term]:
    """Return the terms that may occur. Most do not, and one search in all passages is faster than one in each."""
    text = "\n".join(passage.text for passage in passages)
    return [term for term in terms if term.pattern.search(text)]


def _hits(path: str, passage: Passage, term: Term) -> Iterator[Hit]:
    for match in term.pattern.finditer(passage.text):
        line = passage.line + passage.text.count("\n", 0, match.start())
        yield Hit(path, line, " ".join(match[0].split()), term.say)
