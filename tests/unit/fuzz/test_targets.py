"""The fuzz tests themselves: how many inputs they try, and that they can fail."""

import pytest

from tests.support.fuzzing import TARGETS, Choices, draw_inputs, fuzzed, shorten
from tests.unit.fuzz.__main__ import import_targets

ENOUGH = 100_000


def test_make_test_tries_a_hundred_thousand_inputs() -> None:
    """The cases of all fuzz tests of this folder add up."""
    import_targets()
    assert sum(target.cases for name, target in TARGETS.items() if name.startswith("test_")) >= ENOUGH


def test_each_target_accepts_any_bytes() -> None:
    """The guided fuzzer begins with no bytes, and may use each one."""
    import_targets()
    for data in (b"", bytes(range(256)), b"\xff" * 160):
        for target in TARGETS.values():
            target.run(data)


def test_an_input_that_breaks_a_rule_is_found() -> None:
    """The hostile texts reach a rule that most texts keep, and the failure shows the input."""

    @fuzzed(2_000, Choices.text)
    def has_no_nul(text: str) -> None:
        assert "\x00" not in text

    TARGETS.pop(next(name for name in TARGETS if name.endswith("has_no_nul")))
    with pytest.raises(AssertionError) as failure:
        has_no_nul()
    assert "input: " in "".join(failure.value.__notes__)


def test_a_failing_input_is_shortened() -> None:
    """What is left out or zero is of no importance for the failure."""
    assert shorten(b"abc\x07def\x07", lambda data: data.count(7) > 1) == b"\x07\x07"
    assert shorten(b"ab\x07", lambda data: data[2:] == b"\x07") == b"\0\0\x07"


def test_the_inputs_are_the_same_in_each_run() -> None:
    """They depend on the name of the test alone."""
    assert list(draw_inputs("a", 9)) == list(draw_inputs("a", 9)) != list(draw_inputs("b", 9))


def test_choices_never_end() -> None:
    """Where the bytes end, the first option counts, so that each input is complete."""
    choices = Choices(b"")
    assert (choices.below(9), choices.pick("ab"), choices.is_one_of(2), choices.edit({"a": 1})) == (
        0,
        "a",
        False,
        {"a": 1},
    )
