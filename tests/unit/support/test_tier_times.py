"""The table at the end of `make test` shows where the time went."""

from tests.support.tier_times import TierTimes

LINKS, KUBE, CLIENT = (
    "tests/unit/test_links.py::test_a",
    "tests/unit/kube/test_b.py::test_b",
    "tests/e2e/test_c.py::test_c",
)


def times() -> TierTimes:
    """Return the times of a run in which two of three tests are done."""
    made = TierTimes()
    made.collect([LINKS, KUBE, CLIENT])
    made.add_seconds(LINKS, 1.0)
    made.add_seconds(KUBE, 2.0)
    made.add_seconds(CLIENT, 30.0)
    made.add_seconds(CLIENT, 12.0)
    return made


def test_the_last_test_of_a_tier_completes_it() -> None:
    """`finish` names a tier once: when its last test is done."""
    made = times()
    assert [made.finish(test) for test in (LINKS, CLIENT, KUBE)] == [None, "e2e", "unit"]
    assert made.describe_tier("unit") == "unit: 2 tests, 3 s"


def test_progress_names_the_tiers_that_are_not_complete() -> None:
    """A complete tier is left out."""
    made = times()
    made.finish(LINKS)
    made.finish(CLIENT)
    assert made.describe_progress() == "unit 1 of 2"


def test_the_table_has_the_longest_first() -> None:
    """The parts of a test are added up, and tiers and files are in the order of their time."""
    made = times()
    for test in (LINKS, KUBE, CLIENT):
        made.finish(test)
    assert [line.split() for line in made.list_lines()] == [
        ["seconds", "tests", "tier"],
        ["42", "1", "e2e"],
        ["3", "2", "unit"],
        ["45", "3", "in", "all,", "on", "all", "workers"],
        ["seconds", "longest", "files"],
        ["42", "tests/e2e/test_c.py"],
        ["2", "tests/unit/kube/test_b.py"],
        ["1", "tests/unit/test_links.py"],
    ]
