"""Flux and Argo CD as they apply, compare and prune objects, with their own libraries and their own field managers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.support.gitops_judge import ARGO, FLUX, Manifest, build_judges, run


@pytest.fixture(scope="session")
def gitops_judge() -> None:
    """Have the programs; a session builds them before its first test."""
    build_judges()


class GitOpsTool(Protocol):
    """A tool that brings objects from Git to a cluster."""

    def apply(self, *objects: Manifest) -> None:
        """Apply objects as a sync does. Raises `JudgeError`."""

    def has_drift(self, *objects: Manifest) -> bool:
        """Return whether an object in the cluster differs from the one in Git."""


@dataclass(frozen=True)
class Flux:
    """The apply of kustomize-controller."""

    kubeconfig: Path

    def apply(self, *objects: Manifest) -> None:
        """Apply objects, with the takeovers of kustomize-controller."""
        self.outcomes("apply", *objects)

    def has_drift(self, *objects: Manifest) -> bool:
        """Compare by a dry run of the API server."""
        return set(self.outcomes("diff", *objects).values()) != {"unchanged"}

    def outcomes(self, command: str, *objects: Manifest) -> Mapping[str, str]:
        """Return what the controller logs for each object: created, configured, unchanged, deleted."""
        return dict(run(FLUX, command, {"objects": objects, "kubeconfig": str(self.kubeconfig)}))


@dataclass(frozen=True)
class ArgoCD:
    """The apply and the diff of the application controller, client-side or with `ServerSideApply=true`."""

    kubeconfig: Path
    server_side: bool

    def apply(self, *objects: Manifest) -> None:
        """Apply objects with field manager argocd-controller."""
        self._run("apply", *objects)

    def has_drift(self, *objects: Manifest) -> bool:
        """Compare by three-way merge, or by a dry run of the API server."""
        return any(each["modified"] for each in self._run("diff", *objects))

    def _run(self, command: str, *objects: Manifest) -> Any:
        request = {"objects": objects, "kubeconfig": str(self.kubeconfig), "serverSide": self.server_side}
        return run(ARGO, command, request)


TOOLS = ("Flux", "Argo CD", "Argo CD, server-side")


def tool_of(name: str, kubeconfig: Path) -> GitOpsTool:
    """Return a tool of `TOOLS`, with the permissions of a kubeconfig."""
    return Flux(kubeconfig) if name == "Flux" else ArgoCD(kubeconfig, server_side=name != "Argo CD")
