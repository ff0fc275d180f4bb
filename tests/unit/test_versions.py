"""Pages and examples name the version of this package, which only pyproject.toml decides."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
OWN = re.compile(
    r"oauth-connector-operator:v?([\d.]+\d)"  # an image
    r"|(?:tag|targetRevision|rev|newTag): v?([\d.]+\d)"
    r"|refs/tags/v([\d.]+\d)"
    r"|^(?:version|appVersion): ([\d.]+\d)"  # a chart
    r'|image\.version="([\d.]+\d)"',
    re.MULTILINE,
)
FILES = {
    str(path.relative_to(ROOT)): found
    for path in (
        *(ROOT / "docs").glob("[htr]*/*.md"),  # a decision keeps the version of its time
        *(ROOT / "examples").rglob("*.yaml"),
        *(ROOT / "deploy").rglob("Chart.yaml"),
        ROOT / "README.md",
        ROOT / "Dockerfile",
    )
    if (found := ["".join(groups) for groups in OWN.findall(path.read_text(encoding="utf-8"))])
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_names_the_version_of_the_package(name: str) -> None:
    """What a user copies from a page or an example is this release."""
    assert set(FILES[name]) == {VERSION}


def test_the_files_with_versions_are_found() -> None:
    """The pattern finds what GitOps tools, kustomize and pre-commit call a version."""
    assert {
        "Dockerfile",
        "deploy/charts/oauth-connector-operator/Chart.yaml",
        "docs/how-to/argo-cd.md",
        "docs/how-to/install.md",
        "docs/how-to/lint-manifests.md",
        "examples/gitops/argo-cd/operator.yaml",
        "examples/gitops/flux/operator.yaml",
        "examples/gitops/flux/source.yaml",
    } <= set(FILES)
