"""The examples are valid."""

from pathlib import Path
from typing import Any

import pytest

from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from tests.support.page_commands import read_blocks
from tests.support.yaml_documents import read_documents

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples"
EXAMPLES = {
    path.relative_to(FOLDER).as_posix(): read_documents(path.read_text())
    for path in sorted([*FOLDER.glob("*.yaml"), *FOLDER.glob("agents/*.yaml")])
    if "kind: OAuthConnector" in path.read_text()
}


def connectors(name: str) -> list[dict[str, Any]]:
    """Return the connectors of an example."""
    return [manifest for manifest in EXAMPLES[name] if manifest["kind"] == "OAuthConnector"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_accepted(name: str) -> None:
    """Each connector of the examples is valid."""
    assert connectors(name)
    for manifest in connectors(name):
        assert isinstance(parse_manifest(manifest), OAuthConnectorSpec)


def test_the_pod_of_the_example_calls_as_the_how_to_shows() -> None:
    """The page's one command that runs in the pod is the pod's own; tests/e2e/test_how_to_zoho.py does the others."""
    blocks = read_blocks(ROOT / "docs" / "how-to" / "connect-zoho.md", "sh")
    _connector, pod = EXAMPLES["zoho.yaml"]
    (call,) = (block for block in blocks if block.startswith("printf 'Authorization"))
    assert [line.strip() for line in call.splitlines()] == [
        line.strip() for line in pod["spec"]["containers"][0]["args"][0].splitlines()[1:3]
    ]
