"""The manifests of the repository can be applied together."""

from collections import Counter
from pathlib import Path

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_no_two_manifests_define_the_same_object() -> None:
    """The later one would replace the other: the user role would become that of the consent server."""
    names = Counter(
        (thing["kind"], thing["metadata"].get("namespace"), thing["metadata"]["name"])
        for path in (DEPLOY / "install.yaml", DEPLOY / "kustomize" / "consent-server" / "consent-server.yaml")
        for thing in yaml.safe_load_all(path.read_text())
        if thing is not None
    )
    assert [name for name, times in names.items() if times > 1] == []
