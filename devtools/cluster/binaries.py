"""The programs of a Kubernetes control plane: found in the folder that `KUBEBUILDER_ASSETS` names, or built once.

    python -m devtools.cluster.binaries           prints the folder of the programs
    python -m devtools.cluster.binaries oldest    prints that of the oldest release that the operator supports

`KUBEBUILDER_ASSETS=$(python -m devtools.cluster.binaries oldest) pytest tests/contract` runs tests on that release.
"""

import os
import sys
from pathlib import Path

from devtools.cluster.components import ETCD, PROGRAMS
from devtools.go_programs.build import GoBuildError
from devtools.go_programs.catalog import CATALOG, OLDEST
from devtools.go_programs.go_module import version_of
from devtools.go_programs.programs import program_folder
from devtools.local.cached_folder import progress


def kubernetes_version() -> str:
    """Return the version that is built, for example `v1.37.2`."""
    return version_of(CATALOG["kube-apiserver"])


def control_plane_binaries() -> Path:
    """Return the folder of the programs; build them if necessary. Raises `GoBuildError`."""
    named = os.environ.get("KUBEBUILDER_ASSETS")
    missing = [program for program in PROGRAMS if named and not (Path(named) / program).exists()]
    if named and not missing:
        return Path(named)
    if missing:
        progress(f"KUBEBUILDER_ASSETS is ignored: {named} has no {', '.join(missing)}.")
    return program_folder("control-plane", PROGRAMS)


def oldest_control_plane_binaries() -> Path:
    """Return the folder of the programs of the oldest supported release. Raises `GoBuildError`."""
    names = [name if name == ETCD else f"{name}-{OLDEST}" for name in PROGRAMS]
    return program_folder(f"control-plane-{OLDEST}", names)


def main() -> int:
    """Find or build the programs, and print their folder."""
    find = oldest_control_plane_binaries if sys.argv[1:] == ["oldest"] else control_plane_binaries
    try:
        print(find())
    except KeyboardInterrupt:
        return 130
    except GoBuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
