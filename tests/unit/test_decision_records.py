"""The index of the decision records."""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
ROW = re.compile(r"^\| \[(\d+)\]\((\d{4}-[a-z0-9-]+\.md)\) \| .+ \|$", re.MULTILINE)


def test_the_index_has_each_record_in_order() -> None:
    """A reader who looks for a decision finds it by its number and title."""
    rows = ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
    assert [name for _, name in rows] == sorted(path.name for path in FOLDER.glob("0*.md"))
    assert [int(number) for number, _ in rows] == [int(name[:4]) for _, name in rows]
