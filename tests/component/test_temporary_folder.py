"""Temporary folders are removed with their process."""

from pathlib import Path

from devtools.local.temporary_folder import temporary_folder
from tests.support.polling import wait_until
from tests.support.processes import python

MAKES_ONE = """\
import signal
from devtools.local.temporary_folder import temporary_folder
with temporary_folder("temporary ") as folder:
    (folder / "key").touch()
    print(folder, flush=True)
    signal.pause()
"""


def test_the_folder_is_private_and_removed_with_the_block() -> None:
    """Only its owner may enter it; its contents are removed too."""
    with temporary_folder("temporary ") as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "key").touch()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_a_killed_program_leaves_no_folder_behind() -> None:
    """The folder is removed even if the program cannot do it."""
    with python("-c", MAKES_ONE) as (program, line):
        folder = Path(line)
        assert folder.exists()
        program.kill()
    wait_until(lambda: not folder.exists(), "the folder is gone")
