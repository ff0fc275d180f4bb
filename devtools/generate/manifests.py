"""`python -m devtools.generate.manifests [--check]`: write the manifests that Helm renders from the chart.

They are for users of kustomize, and for `deploy/install.yaml`. Helm is a Go program, so this is a program of its own:
`make check` needs no Go. Every other part of these files is written by `python -m devtools.generate`.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from devtools.generate.chart.places import CHART, KUSTOMIZE
from devtools.generate.generated_files import freshen
from devtools.go_programs.build import GoBuildError
from devtools.go_programs.programs import program

NOTE = "# Generated from deploy/charts/oauth-connector-operator by `make manifests`. Do not edit.\n"
RELEASE, NAMESPACE = "oauth-connector", "oauth-connector-system"
SOURCE = "# Source: oauth-connector-operator/"
OF_HELM = re.compile(r"^ +(app\.kubernetes\.io/managed-by: Helm|helm\.sh/chart: .*)\n", re.MULTILINE)
"""Labels that are wrong without Helm."""

Values = Mapping[str, Any]
OPERATOR_ONLY: Values = {
    "crds": {"enabled": False},
    "policies": {"enabled": False},
    "drain": {"enabled": False},  # a hook, which nothing but Helm runs
}
IN_ONE_NAMESPACE: Values = {**OPERATOR_ONLY, "userRoles": {"enabled": False}, "namespaces": [NAMESPACE]}
CONSENT_SERVER: Values = {"consent": {"enabled": True, "publicURL": "https://connect.example.com"}}


def render_chart(values: Values, folder: str = "templates/") -> str:
    """Return the manifests of the templates in a folder of the chart, as plain manifests.

    Raises `GoBuildError` if Helm cannot be built, and `RuntimeError` if it rejects the values.
    """
    command = [str(program("helm")), "template", RELEASE, str(CHART), "--namespace", NAMESPACE, "--values", "-"]
    done = subprocess.run(command, input=json.dumps(values), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return NOTE + "---\n".join(_plain_documents(done.stdout, folder))


def _plain_documents(rendered: str, folder: str) -> Iterator[str]:
    for document in re.split(r"^---\n", rendered, flags=re.MULTILINE):
        source, _, manifest = document.strip().partition("\n")
        if source.startswith(f"{SOURCE}{folder}"):
            yield OF_HELM.sub("", manifest).strip() + "\n"


RENDERED: Mapping[Path, Callable[[], str]] = {
    KUSTOMIZE / "base" / "operator.yaml": partial(render_chart, OPERATOR_ONLY),
    KUSTOMIZE / "namespaced" / "operator.yaml": partial(render_chart, IN_ONE_NAMESPACE),
    KUSTOMIZE / "consent-server" / "consent-server.yaml": partial(
        render_chart, {**OPERATOR_ONLY, **CONSENT_SERVER}, "templates/consent-server/"
    ),
    KUSTOMIZE / "consent-server-namespaced" / "consent-server.yaml": partial(
        render_chart, {**IN_ONE_NAMESPACE, **CONSENT_SERVER}, "templates/consent-server/"
    ),
}


def main(arguments: list[str]) -> int:
    """Return the exit code: 1 if a file is stale and was only to be named, or if Helm fails."""
    try:
        return freshen(RENDERED, check="--check" in arguments)
    except (GoBuildError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
