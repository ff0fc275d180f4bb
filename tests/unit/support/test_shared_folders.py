"""Several workers share the folders whose tests wait."""

from pathlib import Path

import pytest

from tests.support.shared_folders import SHARED, find_unit

ROOT = Path(__file__).parents[3]


def test_the_tests_of_a_shared_folder_go_to_any_worker() -> None:
    """All others stay with those of their file, which may share a fixture."""
    shared, other = f"{SHARED[0]}test_a.py::test_b[c]", "tests/unit/test_a.py::test_b[c]"
    assert (find_unit(shared), find_unit(other)) == (shared, "tests/unit/test_a.py")


@pytest.mark.parametrize("folder", SHARED)
def test_a_shared_folder_has_no_fixture_for_a_whole_file(folder: str) -> None:
    """Each worker would start it again."""
    sources = [path.read_text() for path in (ROOT / folder).rglob("*.py")]
    assert sources
    assert not [text for text in sources if 'scope="module"' in text]
