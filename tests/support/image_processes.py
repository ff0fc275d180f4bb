"""Programs of the image, run as a container runtime runs them: their own root, read-only, as the user of the image."""

import asyncio
import base64
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import yaml

from devtools.image.recipe import USER
from devtools.local.child import Child
from devtools.local.free_port import free_port
from tests.support.cluster import until
from tests.support.operator_process import OperatorProcess

# /proc and /dev are those of the machine, and /tmp is the folder with the files of the test. The root is read-only.
_ENTER = """set -e
mount --bind "$0" "$0"
mount --rbind /proc "$0/proc"
mount --rbind /dev "$0/dev"
mount --bind "$1" "$0/tmp"
mount -o remount,bind,ro "$0"
root=$0 identity=$2
shift 2
exec chroot "$identity" "$root" "$@"
"""


def command_in_image(root: Path, files: Path, *command: str) -> Sequence[str]:
    """Return the command line that runs a command in the image, with a folder as `/tmp` and no environment.

    Only root can become the user of the image. Another user becomes root in a user namespace of its own.
    """
    is_root = os.geteuid() == 0
    namespaces = ["--mount"] if is_root else ["--mount", "--map-root-user"]
    identity = f"{USER if is_root else 0}:{USER if is_root else 0}"
    clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
    return [
        *clean,
        "unshare",
        *namespaces,
        "sh",
        "-c",
        _ENTER,
        str(root),
        str(files),
        f"--userspec={identity}",
        *command,
    ]


def run_in_image(root: Path, files: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in the image to its end."""
    line = command_in_image(root, files, *command)
    return subprocess.run(line, capture_output=True, text=True, check=False)  # noqa: S603  # programs of the image


def write_files(folder: Path, kubeconfig: Path, config: Path) -> Path:
    """Write the files that a Pod mounts to a folder that the user of the image can read: config.yaml, kubeconfig."""
    files = folder / "mounted"
    files.mkdir(exist_ok=True)
    shutil.copyfile(config, files / "config.yaml")
    content = yaml.safe_load(kubeconfig.read_text())
    cluster = content["clusters"][0]["cluster"]
    authority = Path(cluster.pop("certificate-authority")).read_bytes()
    cluster["certificate-authority-data"] = base64.b64encode(authority).decode()
    (files / "kubeconfig").write_text(yaml.safe_dump(content))
    for path in (files, *files.iterdir()):
        path.chmod(0o755)
    return files


ARGUMENTS = ("--config", "/tmp/config.yaml", "--kubeconfig", "/tmp/kubeconfig")  # noqa: S108  # the folder of the test


class OperatorInImage(OperatorProcess):
    """The operator of the image."""

    def __init__(self, root: Path, folder: Path, kubeconfig: Path, *ports: int) -> None:
        super().__init__(folder, kubeconfig, ports)
        self._root = root

    async def launch(self) -> None:
        """Start it without waiting."""
        files = write_files(self._folder, self._kubeconfig, self._config)
        command = command_in_image(self._root, files, "/usr/bin/oauth-connector", "run", *ARGUMENTS)
        self._child = Child(command, self.log)


class ConsentServerInImage:
    """The consent server of the image; `start` waits until it is ready."""

    def __init__(self, root: Path, folder: Path, kubeconfig: Path) -> None:
        self._port = free_port()
        self.log = folder / "consent.log"
        config = folder / "consent.yaml"
        url = "https://connect.example.com"
        settings = {"publicURL": url, "httpHost": "127.0.0.1", "httpPort": self._port, "stopDelaySeconds": 0}
        config.write_text(yaml.safe_dump(settings))
        files = write_files(folder, kubeconfig, config)
        self._command = command_in_image(root, files, "/usr/bin/oauth-connector", "consent", *ARGUMENTS)
        self._child: Child | None = None

    async def start(self) -> None:
        """Start it, and wait until it serves."""
        self._child = Child(self._command, self.log)
        await until(self._is_ready, within=60)

    async def stop(self) -> int:
        """Send SIGTERM, and return the exit status."""
        assert self._child is not None
        return await asyncio.to_thread(self._child.stop)

    async def _is_ready(self) -> bool:
        assert self._child is not None
        assert not self._child.has_ended, self._child.last_line()
        return await asyncio.to_thread(_is_up, f"http://127.0.0.1:{self._port}/readyz")


def _is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # loopback
            return True
    except (urllib.error.HTTPError, OSError):
        return False
