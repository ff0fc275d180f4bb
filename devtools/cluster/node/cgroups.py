"""The cgroups of a node: one root of its own in each hierarchy, removed even if this process is terminated."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")
UNIFIED = "cgroup.controllers"
# Its input ends with this process. The processes of the node end at the same time, so a cgroup can still be in use.
SWEEP = """
cat >/dev/null
for attempt in $(seq 100); do
  for root in "$@"; do
    if [ -d "$root" ]; then find "$root" -depth -type d -exec rmdir {} + 2>/dev/null; fi
  done
  for root in "$@"; do if [ -d "$root" ]; then sleep 0.1; continue 2; fi; done
  break
done
"""


@contextmanager
def node_cgroups(name: str) -> Iterator[str]:
    """Create a cgroup in each hierarchy, and yield its path in them; remove it, and those below it, at the end."""
    roots = [hierarchy / name for hierarchy in hierarchies()]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        ["sh", "-c", SWEEP, "sweep", *map(str, roots)],
        stdin=subprocess.PIPE,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,  # Ctrl-C must not reach it
    ):
        for root in roots:
            root.mkdir()
        yield f"/{name}"


def hierarchies() -> list[Path]:
    """Return the folder of each cgroup hierarchy: one with cgroup v2, one for each controller with v1."""
    if (MOUNT / UNIFIED).exists():
        return [MOUNT]
    return sorted(folder for folder in MOUNT.iterdir() if folder.is_dir() and not folder.is_symlink())
