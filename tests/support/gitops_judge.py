"""The code of kstatus, Flux and Argo CD: two Go programs in devtools/go_programs/modules, flux and argocd."""

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from devtools.generate.argocd_config import PATH as ARGOCD_CONFIG
from devtools.go_programs.programs import program

ROOT = Path(__file__).parents[2]
FLUX_EXAMPLE = ROOT / "examples" / "gitops" / "flux" / "connectors.yaml"

FLUX, ARGO = PROGRAMS = ("flux-judge", "argo-judge")
Manifest = Mapping[str, Any]


class JudgeError(Exception):
    """A tool refused: the message is its own."""


@dataclass(frozen=True)
class Verdict:
    """The health of one object by kstatus, by the health checks of Flux and by Argo CD.

    `flux` is empty for kinds without `healthCheckExprs`. `actions` are those that Argo CD offers; the value is whether
    the action is enabled.
    """

    kstatus: str
    flux: str
    argo: str
    message: str
    actions: Mapping[str, bool]


def build_judges() -> None:
    """Build the programs that contain the code of the tools, if necessary. Raises `GoBuildError`."""
    for name in PROGRAMS:
        program(name)


def judge(*objects: Manifest) -> list[Verdict]:
    """Return the verdicts on objects, with the configuration that the project ships for Argo CD and for Flux."""
    flux = run(FLUX, "judge", {"objects": objects, "checks": health_check_expressions()})
    argo = run(ARGO, "judge", {"objects": objects, "config": argocd_config()})
    return [
        Verdict(
            of_flux["kstatus"],
            of_flux["flux"],
            of_argo["health"],
            of_argo["message"],
            {action["name"]: not action.get("disabled", False) for action in of_argo["actions"] or ()},
        )
        for of_flux, of_argo in zip(flux, argo, strict=True)
    ]


def act(action: str, found: Manifest) -> dict[str, Any]:
    """Return the object as Argo CD writes it for an action. Raises `JudgeError`."""
    (changed,) = run(ARGO, "act", {"objects": [found], "config": argocd_config(), "action": action})
    return dict(changed)


def run(name: str, command: str, request: Mapping[str, Any]) -> Any:
    """Run a command of a program and return its response. Raises `JudgeError`."""
    call = [str(program(name)), command]
    done = subprocess.run(  # noqa: S603  # our own program
        call, input=json.dumps(request), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise JudgeError(done.stderr.strip())
    return json.loads(done.stdout)


def argocd_config() -> dict[str, str]:
    """Return the keys that the project adds to the ConfigMap argocd-cm."""
    return dict(yaml.safe_load(ARGOCD_CONFIG.read_text(encoding="utf-8"))["data"])


def health_check_expressions(example: Path = FLUX_EXAMPLE) -> Sequence[Manifest]:
    """Return the `healthCheckExprs` of the Kustomizations in an example."""
    documents: Iterable[Any] = yaml.safe_load_all(example.read_text(encoding="utf-8"))
    return [check for document in documents for check in document["spec"].get("healthCheckExprs", ())]
