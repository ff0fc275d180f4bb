"""The order in which workers take the files of tests."""

from pathlib import Path

from tests.support.file_order import BESIDE, COMPUTING, LONGEST, NEXT, find_place

ROOT = Path(__file__).parents[3]


def test_every_named_file_exists() -> None:
    """A file that was renamed would come late again, and nothing else would show it."""
    assert [name for name in (*LONGEST, *BESIDE, NEXT, COMPUTING) if not (ROOT / name).exists()] == []


def test_long_files_come_first_and_tests_of_other_files_keep_their_order() -> None:
    """After the longest come short ones, then what waits, then what computes, then all others."""
    tests = ("tests/unit/a.py::a", f"{COMPUTING}::b", f"{NEXT}test_c.py::c", f"{LONGEST[0]}::d", "tests/e2e/a.py::e")
    assert [test[-1] for test in sorted(tests, key=find_place)] == ["d", "c", "b", "a", "e"]
