"""The pages about Argo CD and Flux: what a user replaces in the examples, and the examples after that."""

import re
from collections.abc import Mapping

from tests.support.page_commands import PAGES as FOLDER
from tests.support.page_commands import ROOT

EXAMPLES = ROOT / "examples" / "gitops"
PAGES = ("argo-cd", "flux")
GIT = "https://git.example.com"
"""The Git server of the examples."""

TABLE = re.compile(r"^\| in the examples .*\n\|-.*\n((?:\|.*\n)+)", re.MULTILINE)


def read_replaced(page: str) -> list[str]:
    """Return the texts in the first column of the page's table: those that a user replaces."""
    (rows,) = TABLE.findall((FOLDER / f"{page}.md").read_text(encoding="utf-8"))
    return [text for row in rows.splitlines() for text in re.findall(r"`([^`]+)`", row.split("|")[1])]


def read_example(path: str, replacements: Mapping[str, str]) -> str:
    """Return a file of examples/gitops with replaced texts. Raises `AssertionError` for one that no page names."""
    unnamed = set(replacements) - set(read_replaced(PAGES[0]))
    assert not unnamed, f"The page does not tell the user to replace {sorted(unnamed)}."
    text = (EXAMPLES / path).read_text(encoding="utf-8")
    for there, here in replacements.items():
        text = re.sub(rf"{re.escape(there)}(?![\w-])", here, text)  # `id: orders` is not part of another identifier
    return text
