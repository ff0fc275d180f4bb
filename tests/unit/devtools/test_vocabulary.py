"""The vocabulary check finds unused words in all texts of a file, on their lines, and knows the exceptions."""

import pytest

from devtools.vocabulary.passages import Kind, split_name
from devtools.vocabulary.search import list_files, search_files, search_text
from devtools.vocabulary.terms import Term, build_term, read_terms

MODULE = '''"""First line of the module.

A nudge on the third line.
"""

NUDGE_SECONDS = 5  # a nudge


def wakeUpNudge(by_nudge: str) -> str:
    """Return a nudge."""
    return f"a nudge {by_nudge}"
'''


def term(**entry: object) -> Term:
    """Build a term with some replacement."""
    return build_term({"say": "another word", **entry})


def places(path: str, text: str, *terms: Term) -> list[tuple[int, str]]:
    """Return line and word of each hit."""
    return [(hit.line, hit.word) for hit in search_text(path, text, terms)]


def test_all_texts_of_a_module_are_searched() -> None:
    """Docstrings, comments and strings are searched, and each name where it is defined but not where it is used."""
    assert places("a.py", MODULE, term(words=["nudge"])) == [
        (3, "nudge"),
        (6, "nudge"),
        (9, "nudge"),
        (10, "nudge"),
        (11, "nudge"),
    ]


@pytest.mark.parametrize(
    ("kind", "line"), [("docstring", [3, 10]), ("comment", [6]), ("string", [11]), ("name", [6, 9])]
)
def test_a_term_can_be_limited_to_kinds_of_text(kind: Kind, line: list[int]) -> None:
    """A term with `kinds` is found in those only."""
    assert [found for found, _ in places("a.py", MODULE, term(words=["nudge"], kinds=[kind]))] == line


def test_only_whole_words_in_any_case_are_found() -> None:
    """A word inside a longer word is another word."""
    assert places("a.md", "Mint tea\npeppermint, minted\nMINT", term(words=["mint"])) == [(1, "Mint"), (3, "MINT")]


def test_a_phrase_is_found_across_lines() -> None:
    """White space of any length, a line break and the marks of a comment stand for the space of a phrase."""
    assert places("a.md", "they say\n  yes\n# say\n# yes", term(words=["say yes"])) == [
        (1, "say yes"),
        (3, "say # yes"),
    ]


def test_quoted_terminals_and_addresses_are_not_searched() -> None:
    """A code block is searched only if it holds a language of the project; lines after it keep their numbers."""
    text = "```console\n$ mint\n```\n<https://example.com/mint>\n```yaml\n# mint\n```\nmint"
    assert places("a.md", text, term(words=["mint"])) == [(6, "mint"), (8, "mint")]


def test_exceptions_apply_to_lines_and_paths() -> None:
    """`unless` allows a line, `except` a path."""
    mint = term(words=["mint"], unless=["peppermint"], **{"except": ["garden/*"]})
    assert places("a.md", "peppermint or mint\nmint", mint) == [(2, "mint")]
    assert places("garden/a.md", "mint", mint) == []


def test_a_misspelt_key_or_kind_is_an_error() -> None:
    """A wrong entry does not silently match less."""
    with pytest.raises(ValueError, match="no such key or kind: unles"):
        term(words=["mint"], unles=["peppermint"])
    with pytest.raises(ValueError, match="no such key or kind: commentary"):
        term(words=["mint"], kinds=["commentary"])


@pytest.mark.parametrize(
    ("name", "words"),
    [("wakeUpNudge", "wake up nudge"), ("_FIRST_TOKEN", "first token"), ("HTTPStatus2", "http status")],
)
def test_a_name_is_split_into_words(name: str, words: str) -> None:
    """Underscores, capitals and digits separate words."""
    assert split_name(name) == words


@pytest.mark.parametrize(
    "text",
    [
        "Nobody knows",
        "it doesn't",
        "it's",
        "one pass",
        "the second pass",
        "a dead token",
        "the state is going",
        "a house",
    ],
)
def test_the_terms_of_the_project_find(text: str) -> None:
    """The list of the project is read, and its regular expressions match."""
    assert places("a.md", text, *read_terms())


@pytest.mark.parametrize(
    "text",
    ["they pass the check", "the provider's reply", "it is going to end", "house numbers", "keep-alive", "deadline"],
)
def test_the_terms_of_the_project_allow(text: str) -> None:
    """Words with another meaning are no hits."""
    assert places("a.md", text, *read_terms()) == []


def test_a_hit_is_printed_with_its_cure() -> None:
    """The line names the place, the word and what to write."""
    (hit,) = search_text("a.md", "a mint", [term(words=["mint"])])
    assert str(hit) == "a.md:1: “mint”: say another word"


def test_the_list_itself_is_not_searched() -> None:
    """The file of terms contains all of them."""
    listed = list_files(["devtools/vocabulary"])
    assert "devtools/vocabulary/terms.toml" in listed
    assert list(search_files(listed, read_terms())) == []
