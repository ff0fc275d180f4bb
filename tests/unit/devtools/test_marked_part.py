"""Generated parts of files that are written by hand."""

import pytest

from devtools.generate.marked_part import END, begin_mark, replace_marked_part

BEGIN = begin_mark("the models")


def test_only_the_marked_part_of_the_file_is_replaced() -> None:
    """What is written by hand stays as it is, and so does the indentation of the marks."""
    old, new = f"before\n  {BEGIN}  old\n  {END}after\n", f"before\n  {BEGIN}  new\n  {END}after\n"
    assert replace_marked_part(old, BEGIN, "  new\n") == new


def test_a_second_part_is_left_alone() -> None:
    """Each part has its own beginning."""
    other = f"{begin_mark('others')}others\n{END}"
    assert replace_marked_part(f"{other}{BEGIN}old\n{END}", BEGIN, "new\n") == f"{other}{BEGIN}new\n{END}"


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}"])
def test_a_file_without_the_marks_is_an_error(text: str) -> None:
    """The generated part cannot be lost without a message."""
    with pytest.raises(ValueError, match="the file must contain the lines"):
        replace_marked_part(text, BEGIN, "new\n")
