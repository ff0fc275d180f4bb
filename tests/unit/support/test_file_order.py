"""Several workers take the longest files of tests first."""

import re
from pathlib import Path

from tests.support.file_order import BESIDE, LONGEST, find_place

ROOT = Path(__file__).parents[3]


def test_the_files_with_a_place_exist() -> None:
    """A file that was renamed would be late at the end."""
    assert [file for file in (*LONGEST, *BESIDE) if not (ROOT / file).is_file()] == []


def test_a_long_file_precedes_all_others() -> None:
    """The others keep their order."""
    files = ["tests/chaos/test_restarts.py", "tests/unit/test_links.py", *reversed(LONGEST)]
    ordered = sorted((f"{file}::test_a" for file in files), key=find_place)
    assert [test.split("::")[0] for test in ordered] == [*LONGEST, *files[:2]]


def test_each_worker_of_make_test_takes_one_long_file() -> None:
    """A long file in second place would wait until the first one has ended."""
    workers = re.search(r"^test:.*\n.*--numprocesses (\d+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert workers is not None
    assert len(LONGEST) == len(BESIDE) == int(workers[1])
