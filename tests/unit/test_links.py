"""Links in pages have targets: the file exists, and it has the heading of the anchor."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "changes").glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    """Return the targets of a page's links, without links to other sites."""
    found = LINK.findall(CODE.sub("`", page.read_text(encoding="utf-8")))
    return [target for target in found if ":" not in target]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them: words in lower case, joined by dashes."""
    headings = HEADING.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_has_a_target(page: Path) -> None:
    """If a page moves, or a heading changes, the links to it change too."""
    broken = []
    for target in links(page):
        path, _, anchor = unquote(target).partition("#")
        there = (page.parent / path).resolve() if path else page
        found = there.exists() and there.is_relative_to(ROOT)
        if not found or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_test_in_a_page_exists(page: Path) -> None:
    """`tests/…::test_…` names a test of that file, and `tests/…` without it a file."""
    for path, name in re.findall(r"`(tests/[\w/.-]+\.\w+)(?:::(test_\w+))?`", page.read_text(encoding="utf-8")):
        assert (ROOT / path).is_file(), path
        assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), name


def test_a_heading_is_its_anchor() -> None:
    """Punctuation is removed, code is its text, and letters are in lower case."""
    assert "template" in anchors(ROOT / "docs" / "decisions" / "README.md")
    assert "3-register-a-client-at-zoho" in anchors(ROOT / "docs" / "how-to" / "connect-zoho.md")
