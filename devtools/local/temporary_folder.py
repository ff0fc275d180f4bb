"""A temporary folder that is removed with this process, even if the process is terminated by SIGKILL."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Its input ends with this process. The second attempt removes files of processes that were still writing.
SWEEP = 'cat >/dev/null; rm -rf -- "$0" || { sleep 1; rm -rf -- "$0"; }'


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Create a folder that only its owner may enter; remove it at the end of the block, or of the process."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        ["sh", "-c", SWEEP, str(folder)],
        stdin=subprocess.PIPE,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,  # Ctrl-C must not reach it
    ):
        yield folder
