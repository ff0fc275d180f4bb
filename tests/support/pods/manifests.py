"""Manifests of the test Pods: an authorization server with a protected API, and workloads that read tokens."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from devtools.cluster.node.images import image_name
from tests.support.pods.events import NAMESPACE

Manifest = dict[str, Any]

PROVIDER = "provider"
HOST = f"{PROVIDER}.{NAMESPACE}.svc"
PORT = 8443
API = f"https://{HOST}:{PORT}/api"
OPERATOR_IMAGE, PYTHON = "oauth-connector-operator:0.1.0", "/usr/bin/python3.11"
TLS_SECRET, AUTHORITY = "provider-tls", "provider-authority"

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""What Pod Security `restricted` requires of a container."""


def metadata(name: str, labels: Mapping[str, str] | None = None) -> Manifest:
    """Return the metadata of an object in the namespace of the test Pods."""
    return {"name": name, "namespace": NAMESPACE, "labels": dict(labels or {})}


def namespace(name: str = NAMESPACE) -> Manifest:
    """Return a namespace that accepts restricted Pods only."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def container(name: str, image: str, **more: object) -> Manifest:
    """Return a container that runs with no permissions, from an image that was loaded."""
    return {"name": name, "image": image, "imagePullPolicy": "Never", "securityContext": RESTRICTED, **more}


def provider() -> list[Manifest]:
    """Return the authorization server: a Deployment and its Service."""
    labels = {"app": PROVIDER}
    served = container(
        PROVIDER,
        image_name(PROVIDER),
        ports=[{"name": "https", "containerPort": PORT}],
        readinessProbe={"httpGet": {"path": "/health", "port": "https", "scheme": "HTTPS"}, "periodSeconds": 1},
        volumeMounts=[{"name": "tls", "mountPath": "/tls", "readOnly": True}],
    )
    pod = {"containers": [served], "volumes": [{"name": "tls", "secret": {"secretName": TLS_SECRET}}], **_QUICK}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata(PROVIDER),
            "spec": {"selector": {"matchLabels": labels}, "template": template},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(PROVIDER),
            "spec": {"selector": labels, "ports": [{"name": "https", "port": PORT}]},
        },
    ]


def reader(name: str, volumes: Mapping[str, Mapping[str, Any]], **own: object) -> Manifest:
    """Return a Pod that calls the protected API each second.

    `volumes` are the sources of volumes by the path of their mount; `own` are fields of its container, such as `env`.
    """
    sources = {"/authority": {"configMap": {"name": AUTHORITY}}, **volumes}
    names = {path: f"volume-{number}" for number, path in enumerate(sources)}
    mounts = [{"name": names[path], "mountPath": path, "readOnly": True} for path in sources]
    variables = {"NAME": name, "URL": API, "CA": "/authority/ca.crt"}
    own["env"] = [*({"name": key, "value": value} for key, value in variables.items()), *_list(own.get("env"))]
    own["volumeMounts"] = [*mounts, *_list(own.pop("volumeMounts", None))]
    spec = {
        "containers": [container("reader", image_name("reader"), **own)],
        "volumes": [{"name": names[path], **source} for path, source in sources.items()],
        "restartPolicy": "Never",
        **_QUICK,
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata(name, {"app": "reader"}), "spec": spec}


def sleeper(name: str, in_namespace: str) -> Manifest:
    """Return a Pod of the operator's image that does nothing, in any namespace."""
    sleeping = container("sleeper", OPERATOR_IMAGE, command=[PYTHON, "-c", "import time; time.sleep(86400)"])
    spec = {"containers": [sleeping], **_QUICK}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": in_namespace}, "spec": spec}


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def document(objects: Iterable[Manifest]) -> str:
    """Return objects as one document for kubectl."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})


_QUICK = {"automountServiceAccountToken": False, "terminationGracePeriodSeconds": 1, "enableServiceLinks": False}
