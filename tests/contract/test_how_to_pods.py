"""The manifests of the page about Pods are accepted by the API server."""

from pathlib import Path

import yaml

from devtools.cluster.control_plane import ControlPlane
from tests.support.page_commands import read_blocks

PAGE = Path(__file__).parents[2] / "docs/how-to/use-the-token-in-a-pod.md"


def test_manifests_of_the_page_about_pods_are_accepted(control_plane: ControlPlane) -> None:
    """The Pod of the page is valid, also with the volumes of the other blocks, which are fragments of it."""
    pod, *fragments = map(yaml.safe_load, read_blocks(PAGE, "yaml"))
    volumes = next(fragment["volumes"] for fragment in fragments if "volumes" in fragment)
    projected = {**pod, "spec": {**pod["spec"], "volumes": volumes}}
    for manifest in (pod, projected):
        control_plane.kubectl(
            "create", "--dry-run=server", "--validate=strict", "-f", "-", stdin=yaml.safe_dump(manifest)
        )
