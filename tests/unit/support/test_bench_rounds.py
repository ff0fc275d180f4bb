"""How a benchmark compares, and that a measurement beside other programs is reported as disturbed."""

import pytest

from tests.bench.machine import LARGEST_SHARE, MachineTime
from tests.bench.rounds import Disturbances, Round, compare


@pytest.mark.parametrize(
    ("busy", "own", "share"), [(2.0, 2.0, 0.0), (2.0, 1.0, 0.05), (20.0, 0.0, 1.0), (1.0, 1.1, 0.0)]
)
def test_the_share_of_others_is_what_this_process_did_not_use(busy: float, own: float, share: float) -> None:
    """In ten seconds two processors have twenty seconds of CPU."""
    assert MachineTime(busy, own, 10.0).others_since(MachineTime(0.0, 0.0, 0.0), 2) == pytest.approx(share)


@pytest.mark.parametrize(("others", "found"), [(LARGEST_SHARE - 0.01, 0), (LARGEST_SHARE + 0.01, 1)])
def test_a_phase_beside_others_is_named(others: float, found: int) -> None:
    """The report names the phase, and the largest share."""
    disturbances = Disturbances()
    disturbances.note("a phase", others)
    assert (len(disturbances.found), disturbances.largest) == (found, others)


def test_the_time_of_this_process_is_within_that_of_the_machine() -> None:
    """The kernel's figures are of the same unit."""
    read = MachineTime.read()
    assert 0 < read.own <= read.busy


def run_of(seconds: float) -> dict[str, float]:
    """Return the figures of a run, all in proportion to its seconds."""
    names = ("seconds", "api_cpu", "api_allocations", "own_cpu", "p50_s", "p99_s")
    return dict.fromkeys(names, seconds) | {"cpu_ms_per_object": seconds * 1000, "probes": 0.0}


def test_each_run_is_compared_with_the_runs_of_the_bare_client_beside_it() -> None:
    """A machine that becomes slower during the bench changes no ratio; the median is reported, with the spread."""
    bare = [run_of(seconds) for seconds in (10.0, 20.0, 30.0, 40.0)]
    runs = [(30.0, 15.0, 30.0), (25.0, 50.0, 50.0), (70.0, 35.0, 100.0)]
    figures = compare(bare, [Round(*map(run_of, each)) for each in runs], 1)
    names = ("api_cpu_ratio", "api_cpu_ratio_least", "api_cpu_ratio_most")
    assert [figures[name] for name in names] == [2.0, 1.0, 2.0]
    names = ("ratio_to_ceiling", "ratio_to_ceiling_least", "ratio_to_ceiling_most")
    assert [figures[name] for name in names] == [0.5, 0.5, 1.0]
    names = ("least_api_cpu_ratio", "least_api_cpu_ratio_least", "least_api_cpu_ratio_most")
    assert [figures[name] for name in names] == [1.0, 1.0, 2.0]
    names = ("api_cpu_ratio_at_pace", "api_cpu_ratio_at_pace_least", "api_cpu_ratio_at_pace_most")
    assert [figures[name] for name in names] == [0.7, 0.5, 1.0]
    assert (figures["seconds"], figures["rounds"]) == (30.0, 3)
