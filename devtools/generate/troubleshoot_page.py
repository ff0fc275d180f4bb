"""The tables of the page of troubleshooting: the sentences of each reason. The text around them is written by hand."""

import re
from collections.abc import Iterator
from pathlib import Path

from devtools.generate.reference_page import list_messages
from oauth_connector.api.reasons import Reason

PATH = Path(__file__).parents[2] / "docs" / "how-to" / "troubleshoot.md"
ROW = re.compile(r"\| \[(\w+)\]\(\.\./reference/reasons\.md#\w+\) \| .+ \|")


def page() -> str:
    """Return the page with current sentences: a reason stays in the table in which it is."""
    return "\n".join(_replace_rows(PATH.read_text(encoding="utf-8").split("\n")))


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
