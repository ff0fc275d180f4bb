"""Which figures of the image fail `make bench-image`."""

from tests.bench.image import TARGETS, find_missed


def test_a_figure_over_its_target_is_named() -> None:
    """Each target that is missed fails the command, by its name."""
    met = {**TARGETS, "others": 0.0}
    assert find_missed(met) == []
    for name in TARGETS:
        assert find_missed({**met, name: TARGETS[name] + 1}) == [name]


def test_a_slow_start_beside_other_programs_is_not_judged() -> None:
    """Other programs make a start slow, but the image no larger."""
    slow = {name: target + 1 for name, target in TARGETS.items()}
    assert find_missed({**slow, "others": 0.5}) == ["unpacked_mb", "packed_mb", "rss_mb"]
