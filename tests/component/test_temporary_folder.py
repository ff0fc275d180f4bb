"""Temporary folders that are gone after us."""

from pathlib import Path

from devtools.local.temporary_folder import temporary_folder
from tests.support.processes import python, wait_until

MAKES_ONE = """\
import signal
from devtools.local.temporary_folder import temporary_folder
with temporary_folder("temporary ") as folder:
    (folder / "key").touch()
    print(folder, flush=True)
    signal.pause()
"""


def test_folder_is_its_owners_alone_and_goes_with_the_block() -> None:
    """Keys may lie in it; what is in it goes with it."""
    with temporary_folder("temporary ") as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "key").touch()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_killed_program_leaves_no_folder_behind() -> None:
    """Whoever is killed can no longer remove its folder, and need not."""
    with python("-c", MAKES_ONE) as (program, line):
        folder = Path(line)
        assert folder.exists()
        program.kill()
    wait_until(lambda: not folder.exists(), "the folder is gone")
