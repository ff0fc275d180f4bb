"""A temporary folder that is gone after us, even if we are killed."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Its input ends when we close it, and also when we are killed; whatever still wrote then is gone a second later.
SWEEP = 'cat >/dev/null; rm -rf -- "$0" || { sleep 1; rm -rf -- "$0"; }'


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Make a folder that only its owner may enter; it goes with the `with` block, or with the process."""
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
