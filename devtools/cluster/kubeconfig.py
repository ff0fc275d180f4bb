"""Write kubeconfig files."""

from collections.abc import Mapping
from pathlib import Path

import yaml

CLUSTER = "control-plane"


def write_kubeconfig(path: Path, server: str, ca: Path, user: Mapping[str, str]) -> Path:
    """Write a kubeconfig with one cluster and one user, readable by its owner only, and return its path.

    `user` has the credentials: `token`, or `client-certificate` and `client-key` as paths.
    """
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": CLUSTER, "cluster": {"server": server, "certificate-authority": str(ca)}}],
        "users": [{"name": path.stem, "user": dict(user)}],
        "contexts": [{"name": path.stem, "context": {"cluster": CLUSTER, "user": path.stem}}],
        "current-context": path.stem,
    }
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return path
