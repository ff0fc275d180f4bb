"""What Flux and Argo CD have in common here: programs as processes beside a control plane, and manifests of modules."""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from devtools.cluster.control_plane import ControlPlane, ControlPlaneError
from devtools.go_programs.go_module import MODULES
from devtools.local.child import Child

PATIENCE = 60.0
"""Seconds until new kinds must be served."""
PACE = 0.2


def module_folder(module: str, path: str) -> Path:
    """Return the folder of a Go module that a folder in devtools/go_programs/modules requires."""
    command = ["go", "mod", "download", "-json", path]
    done = subprocess.run(command, cwd=MODULES / module, check=True, capture_output=True, text=True)
    return Path(json.loads(done.stdout)["Dir"])


def install_kinds(plane: ControlPlane, crds: Path) -> None:
    """Apply CRDs, and wait until the API server serves them. Raises `ControlPlaneError`."""
    plane.kubectl("apply", "--server-side", "--filename", str(crds))
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            plane.kubectl("wait", "--for=condition=Established", f"--timeout={PATIENCE:.0f}s", "--filename", str(crds))
        except ControlPlaneError:  # kubectl ends at once while a CRD has no conditions
            if time.monotonic() > deadline:
                raise
            time.sleep(PACE)
        else:
            return


class Controllers:
    """Programs that run until the `with` block of `stack` ends; each writes a log to the folder."""

    def __init__(self, plane: ControlPlane, folder: Path, stack: ExitStack) -> None:
        self.plane = plane
        self.folder = folder
        self._stack = stack

    def start(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> Child:
        """Start a program. Its home is the folder."""
        name = Path(command[0]).name
        own = {"HOME": str(self.folder), "KUBECONFIG": str(self.plane.kubeconfig), "PATH": os.environ["PATH"]}
        child = Child(command, self.folder / f"{name}.log", {**own, **(environment or {})})
        self._stack.callback(child.stop)
        return child
