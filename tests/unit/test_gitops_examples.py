"""The connectors of examples/gitops are valid."""

from pathlib import Path

import pytest
import yaml

from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec

FOLDER = Path(__file__).parents[2] / "examples" / "gitops" / "connectors"
LISTED = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]


@pytest.mark.parametrize("name", LISTED)
def test_a_connector_of_the_example_is_accepted(name: str) -> None:
    """Each connector that the kustomization lists is valid."""
    assert isinstance(parse_manifest(yaml.safe_load((FOLDER / name).read_text())), OAuthConnectorSpec)


def test_every_connector_of_the_example_is_listed() -> None:
    """No file is left out of the kustomization."""
    assert {path.name for path in FOLDER.glob("*.yaml")} == {"kustomization.yaml", *LISTED}
