"""The manifests that people apply, one after the other."""

from collections import Counter
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_no_two_manifests_give_different_things_the_same_name() -> None:
    """Whichever came last would take the other's place: a person's rights would be the service's."""
    names = Counter(
        (thing["kind"], thing["metadata"].get("namespace"), thing["metadata"]["name"])
        for folder in ("crds", "deploy")
        for path in sorted((ROOT / folder).glob("*.yaml"))
        for thing in yaml.safe_load_all(path.read_text())
        if thing is not None
    )
    assert [name for name, times in names.items() if times > 1] == []
