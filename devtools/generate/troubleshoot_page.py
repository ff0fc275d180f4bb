"""The tables of the page of troubleshooting: the sentences of each reason. The text around them is written by hand."""

import re
from collections.abc import Iterator
from pathlib import Path

from devtools.generate.reference_page import list_messages
from oauth_connector.api.reasons import Reason

PATH = Path(__file__).parents[2] / "docs" / "how-to" / "troubleshoot.md"
ROW = re.compile(r"\| \[(\w+)\]\(\.\./reference/reasons\.md#\w+\) \| .+ \|")


class MissingReasonError(ValueError):
    """A reason that no table of the page has."""


def page() -> str:
    """Return the page with current sentences: a reason stays in its table. Raises `MissingReasonError`."""
    return replace_sentences(PATH.read_text(encoding="utf-8"))


def replace_sentences(text: str) -> str:
    """Return a page with current sentences. Raises `MissingReasonError` where a reason has no row."""
    lines = text.split("\n")
    found = {row[1] for row in map(ROW.fullmatch, lines) if row is not None}
    missing = sorted(reason.value for reason in Reason if reason.value not in found)
    if missing:
        names = ", ".join(missing)
        raise MissingReasonError(
            f"docs/how-to/troubleshoot.md has no row for {names}. Add each to the table of its family."
        )
    return "\n".join(_replace_rows(lines))


def _replace_rows(lines: list[str]) -> Iterator[str]:
    last = ""
    for line in lines:
        found = ROW.fullmatch(line)
        if found is None:
            yield line
        elif found[1] != last:
            yield from _list_rows(Reason(found[1]))
        last = found[1] if found is not None else ""


def _list_rows(reason: Reason) -> Iterator[str]:
    link = f"[{reason.value}](../reference/reasons.md#{reason.value.lower()})"
    yield from (f"| {link} | {message} |" for message in list_messages(reason))
