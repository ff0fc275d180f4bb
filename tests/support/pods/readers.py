"""The workloads that read tokens: how each one mounts the output Secret, and the lifetime of its token."""

from typing import Any

from tests.support.pods.connectors import connector
from tests.support.pods.manifests import Manifest, reader

MOUNTED = {"file-120": 120, "file-180": 180, "projected-180": 180, "file-300": 300}
"""Workloads whose file the kubelet updates, with the lifetime of their tokens in seconds."""
REFRESH = {120: {"before": "100s"}}
"""Settings for lifetimes whose default margin is shorter than the delay of a kubelet."""
NEVER_UPDATED = ("sub-path-180", "env-from-180")
FOLDER, KEY = "/token", "authorization"


def connectors() -> list[Manifest]:
    """Return the connector of each lifetime."""
    lifetimes = sorted(set(MOUNTED.values()))
    return [connector(f"lifetime-{lifetime}", lifetime, refresh=REFRESH.get(lifetime, {})) for lifetime in lifetimes]


def readers() -> list[Manifest]:
    """Return the workloads. The two that are never updated read the Secret when their container starts."""
    from_files = [_file_reader(name, lifetime) for name, lifetime in MOUNTED.items()]
    return [*from_files, _sub_path_reader(), _variable_reader()]


def secret_name(lifetime: int) -> str:
    """Return the name of the output Secret for a lifetime."""
    return f"lifetime-{lifetime}-token"


def _file_reader(name: str, lifetime: int) -> Manifest:
    secret = secret_name(lifetime)
    whole: dict[str, Any] = {"secret": {"secretName": secret}}
    one_key = {"projected": {"sources": [{"secret": {"name": secret, "items": [{"key": KEY, "path": KEY}]}}]}}
    source = one_key if name.startswith("projected") else whole
    return reader(name, {FOLDER: source}, env=[{"name": "FILE", "value": f"{FOLDER}/{KEY}"}])


def _sub_path_reader() -> Manifest:
    file = f"{FOLDER}/{KEY}"
    pod = reader(
        "sub-path-180", {file: {"secret": {"secretName": secret_name(180)}}}, env=[{"name": "FILE", "value": file}]
    )
    next(mount for mount in pod["spec"]["containers"][0]["volumeMounts"] if mount["mountPath"] == file)["subPath"] = KEY
    return pod


def _variable_reader() -> Manifest:
    source = [{"prefix": "TOKEN_", "secretRef": {"name": secret_name(180)}}]
    return reader("env-from-180", {}, envFrom=source, env=[{"name": "AUTHORIZATION", "value": f"$(TOKEN_{KEY})"}])
