"""How many tests of each tier are done, and where the time goes. A tier is a folder of tests, such as `unit`."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

LONGEST_FILES = 10


class TierTimes:
    """The tests that were collected and are done, and their seconds on the workers."""

    def __init__(self) -> None:
        self._collected = Counter[str]()
        self._done = Counter[str]()
        self._seconds = defaultdict[str, float](float)
        """By file."""

    def collect(self, tests: Iterable[str]) -> None:
        """Note the ids of all tests, such as `tests/unit/test_links.py::test_a`."""
        self._collected = Counter(_tier_of(test) for test in tests)

    def add_seconds(self, test: str, seconds: float) -> None:
        """Count the time of a part of a test: of its fixtures or of itself."""
        self._seconds[_file_of(test)] += seconds

    def finish(self, test: str) -> str | None:
        """Count a test as done; return the name of its tier where it was the last one."""
        tier = _tier_of(test)
        self._done[tier] += 1
        return tier if self._done[tier] == self._collected[tier] else None

    def describe_progress(self) -> str:
        """Return one line with the tiers that are in progress."""
        open_tiers = [tier for tier, count in self._collected.items() if self._done[tier] < count]
        return ", ".join(f"{tier} {self._done[tier]} of {self._collected[tier]}" for tier in open_tiers)

    def describe_tier(self, tier: str) -> str:
        """Return one line with the number of a tier's tests and their seconds."""
        return f"{tier}: {self._done[tier]} tests, {self._by_tier()[tier]:.0f} s"

    def list_lines(self) -> Iterator[str]:
        """Return the lines of a table: the tiers and the longest files, with their seconds."""
        tiers, files = _sort_longest_first(self._by_tier()), _sort_longest_first(self._seconds)[:LONGEST_FILES]
        yield f"{'seconds':>8}  {'tests':>6}  tier"
        yield from (f"{seconds:8.0f}  {self._done[tier]:6}  {tier}" for tier, seconds in tiers)
        yield f"{sum(self._seconds.values()):8.0f}  {self._done.total():6}  in all, on all workers"
        yield f"{'seconds':>8}  {'':6}  longest files"
        yield from (f"{seconds:8.0f}  {'':6}  {file}" for file, seconds in files)

    def _by_tier(self) -> Mapping[str, float]:
        grouped = defaultdict[str, float](float)
        for file, seconds in self._seconds.items():
            grouped[_tier_of(file)] += seconds
        return grouped


def _tier_of(test: str) -> str:
    return test.split("/")[1]


def _file_of(test: str) -> str:
    return test.split("::", 1)[0]


def _sort_longest_first(seconds: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(seconds.items(), key=lambda item: -item[1])
