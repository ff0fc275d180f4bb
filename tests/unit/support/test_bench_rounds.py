"""A measurement beside other programs is reported as disturbed."""

import pytest

from tests.bench.machine import LARGEST_SHARE, MachineTime
from tests.bench.rounds import Disturbances


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
