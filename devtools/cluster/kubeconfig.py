"""Kubeconfigs: where an API server is, how it is known, and who calls."""

from collections.abc import Mapping
from pathlib import Path

import yaml

CLUSTER = "control-plane"


def write_kubeconfig(path: Path, server: str, ca: Path, user: Mapping[str, str]) -> Path:
    """Write a kubeconfig for its owner's eyes, with one cluster and one user, and give its path.

    `user` holds what proves who calls: `token`, or `client-certificate` and `client-key` as paths.
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
