"""Flux's source-controller and kustomize-controller, as processes."""

from contextlib import ExitStack
from pathlib import Path

from devtools.cluster.control_plane import ControlPlane
from devtools.gitops.controllers import Controllers, install_kinds, module_folder
from devtools.go_programs.programs import program
from devtools.local.free_port import free_port

NAMESPACE = "flux-system"
PROGRAMS = ("source-controller", "kustomize-controller")


def start_flux(plane: ControlPlane, folder: Path, stack: ExitStack) -> None:
    """Install the CRDs of Flux, and start its controllers. Raises `GoBuildError` and `ControlPlaneError`."""
    for name in PROGRAMS:
        crds = module_folder("flux", f"github.com/fluxcd/{name}") / "config" / "crd" / "bases"
        install_kinds(plane, crds)
    plane.kubectl("create", "namespace", NAMESPACE)
    controllers = Controllers(plane, folder, stack)
    artifacts = f"127.0.0.1:{free_port()}"
    own = {"RUNTIME_NAMESPACE": NAMESPACE, "TUF_ROOT": str(folder / "tuf")}
    storage = [f"--storage-path={folder}", f"--storage-addr={artifacts}", f"--storage-adv-addr={artifacts}"]
    controllers.start([str(program("source-controller")), *storage, *_options()], own)
    controllers.start([str(program("kustomize-controller")), "--requeue-dependency=2s", *_options()], own)


def _options() -> list[str]:
    """Return the options of both controllers: a health and a metrics port of their own, and no event receiver."""
    health, metrics = (f"127.0.0.1:{free_port()}" for _ in range(2))
    return [f"--health-addr={health}", f"--metrics-addr={metrics}", "--events-addr=", "--log-encoding=console"]
