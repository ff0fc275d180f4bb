"""CustomResourceDefinitions of other projects whose objects the chart has, from the Go modules that `go.mod` pins."""

import json
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent
FILES = {
    "github.com/prometheus-operator/prometheus-operator": (
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
    ),
    "sigs.k8s.io/gateway-api": ("config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",),
}
"""By module: the files in it."""


def external_crds() -> list[Path]:
    """Return the files; Go downloads the modules into its own cache once. Raises `RuntimeError` with Go's message."""
    command = ["go", "mod", "download", "-json", *FILES]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"The modules in devtools/external_crds/go.mod cannot be downloaded: {done.stderr.strip()}")
    modules = _parse_objects(done.stdout)
    return [Path(module["Dir"]) / name for module in modules for name in FILES[module["Path"]]]


def _parse_objects(text: str) -> list[dict[str, str]]:
    """Parse JSON objects that follow each other."""
    return [json.loads(f"{part}}}") for part in text.split("\n}\n") if part.strip()]
