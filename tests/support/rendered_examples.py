"""The Secret that the operator writes for the connector of an example."""

from pathlib import Path

from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.secret.rendering import RenderedSecret, render
from tests.support.builders import a_connector, a_token
from tests.support.yaml_documents import read_documents

EXAMPLES = Path(__file__).parents[2] / "examples"


def rendered_from(example: str) -> RenderedSecret:
    """Return the Secret, with an invented token; `example` is the path of the file below examples/."""
    manifests = read_documents((EXAMPLES / example).read_text())
    manifest = next(each for each in manifests if each["kind"] == "OAuthConnector")
    assert isinstance(parse_manifest(manifest), OAuthConnectorSpec)
    connector: Connector = a_connector(manifest["spec"])
    rendered = render(a_token(connector), connector)
    name = f"{manifest['metadata']['name']}-token"
    return RenderedSecret(name, rendered.data, rendered.labels, rendered.annotations, None, rendered.type)
