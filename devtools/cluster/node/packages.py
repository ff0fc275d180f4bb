"""The programs of Debian that a node needs: found, or installed where this is possible."""

import os
import shutil
import subprocess
from pathlib import Path

from devtools.cluster.pod_cluster import ClusterError
from devtools.local.cached_folder import progress

PACKAGES = {
    "containerd": "containerd",
    "runc": "runc",
    "ip": "iproute2",
    "nft": "nftables",
    "iptables": "iptables",
    "ipset": "ipset",
    "conntrack": "conntrack",
    "mount": "mount",
    "nsenter": "util-linux",
}
"""The Debian package of each program."""
CNI_PLUGINS, CNI_FOLDERS = "containernetworking-plugins", (Path("/usr/lib/cni"), Path("/opt/cni/bin"))
SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where Debian has programs for root; the path of other users lacks these folders."""


def require_packages() -> Path:
    """Install what is missing, and return the folder of the CNI plugins. Raises `ClusterError`.

    Only root can create a network namespace with a working kubelet, so an ordinary user gets an error.
    """
    if os.geteuid():
        raise ClusterError(
            "A node can be started by root only. Run this as root, or set CLUSTER=kind where Docker works."
        )
    missing = missing_packages()
    if missing:
        _install(missing)
    return next(folder for folder in CNI_FOLDERS if (folder / "bridge").exists())


def missing_packages() -> list[str]:
    """Return the Debian packages of the programs that are not installed, sorted."""
    path = f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}"
    found = {package for program, package in PACKAGES.items() if shutil.which(program, path=path) is None}
    has_plugins = any((folder / "bridge").exists() for folder in CNI_FOLDERS)
    return sorted(found | (set() if has_plugins else {CNI_PLUGINS}))


def _install(packages: list[str]) -> None:
    names = ", ".join(packages)
    if shutil.which("apt-get") is None:
        raise ClusterError(f"Missing packages: {names} (names in Debian). Install them.")
    progress(f"Installing {names}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        apt = ["apt-get", "-qq", *command]
        done = subprocess.run(apt, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip() or "no output").splitlines()[-1]
            raise ClusterError(f"{' '.join(apt)} failed: {reason}")
