"""Several workers take the longest files of tests first."""

import re
from pathlib import Path

from tests.support.file_order import BESIDE, COMPUTING, LONGEST, NEXT, find_place

ROOT = Path(__file__).parents[3]


def test_the_files_with_a_place_exist() -> None:
    """A file that was renamed would be late at the end."""
    assert [file for file in (*LONGEST, *BESIDE, COMPUTING) if not (ROOT / file).is_file()] == []
    assert (ROOT / NEXT).is_dir()


def test_a_long_file_precedes_all_others() -> None:
    """Then come tests that wait, then the file that computes; the others keep their order."""
    files = [f"{NEXT}test_restarts.py", COMPUTING, "tests/unit/test_links.py", "tests/e2e/test_hosted.py"]
    given = [files[2], files[1], files[3], files[0], *reversed(LONGEST)]
    ordered = sorted((f"{file}::test_a" for file in given), key=find_place)
    assert [test.split("::")[0] for test in ordered] == [*LONGEST, *files]


def test_each_worker_of_make_test_takes_one_long_file() -> None:
    """A long file in second place would wait until the first one has ended."""
    workers = re.search(r"^test:.*\n.*--numprocesses (\d+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert workers is not None
    assert len(LONGEST) == len(BESIDE) == int(workers[1])
