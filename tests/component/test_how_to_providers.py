"""The pages that connect a provider: their commands, run as they stand there, and their examples.

What is different from the pages: the namespace, a secret in the place of the keyboard, and no operator and no provider.
So `kubectl get` prints what the API server has, and `kubectl oauth authorize` is read by the plugin, and not done:
tests/e2e/test_how_to_zoho.py does it.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.effective import token_host
from oauth_connector.kubectl_plugin.main import _build_parser
from tests.support.cluster import Namespace
from tests.support.page_commands import PAGES, ROOT, PageShell, read_commands

PROVIDERS = {
    "connect-keycloak": "keycloak",
    "connect-entra": "entra",
    "connect-github-app": "github-app",
    "connect-google-account": "google-account",
}
"""Pages, and their examples."""

WITHOUT_CLIENT_SECRET = {
    "With a certificate": ("entra-certificate", "secret/entra-certificate"),
    "Without a secret": ("entra-workload-identity", "serviceaccount/entra-federated"),
}
"""Sections of connect-entra.md, their examples, and the object that a connector refers to."""

MORE_EXAMPLES = {
    "entra-certificate": "connect-entra",
    "entra-workload-identity": "connect-entra",
    "keycloak-service-account": "authenticate-as-a-service-account",
    "google-workload-identity": "authenticate-as-a-service-account",
    "okta-private-key": "connect-okta",
}
"""More examples, and their pages."""

SECRET = "s3cret with spaces"
AUTHORIZE = re.compile(r"^kubectl oauth (authorize .*)$")


def manifest_of(example: str) -> dict[str, Any]:
    """Return the connector of an example."""
    objects: list[dict[str, Any]] = list(yaml.safe_load_all((ROOT / "examples" / f"{example}.yaml").read_text()))
    return next(each for each in objects if each["kind"] == "OAuthConnector")


def connector_of(example: str) -> OAuthConnectorSpec:
    """Return the spec of an example."""
    spec = parse_manifest(manifest_of(example))
    assert isinstance(spec, OAuthConnectorSpec)
    return spec


@pytest.mark.parametrize(("page", "example"), PROVIDERS.items())
def test_the_commands_of_a_page_end_well(
    control_plane: ControlPlane, namespace: Namespace, tmp_path: Path, page: str, example: str
) -> None:
    """A user who does what the page says has the Secret that the connector refers to, and the connector."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    shell = PageShell(tmp_path, control_plane.kubeconfig)
    blocks = [block for section in read_commands(PAGES / f"{page}.md").values() for block in section]
    for block in blocks:
        if (found := AUTHORIZE.match(block.strip())) is not None:
            assert _build_parser().parse_args(found[1].split()).name == connector_name(example)
            continue
        own = block.replace("-n shop", f"-n {namespace.name}").replace("read -rs CLIENT_SECRET", "true")
        shell.run(own, {"CLIENT_SECRET": SECRET})
    spec = connector_of(example)
    reference = spec.client.secret_ref
    assert reference is not None
    stored = control_plane.kubectl("get", "secret", reference.name, "-n", namespace.name, "-o", "yaml")
    secret = yaml.safe_load(stored)
    assert list(secret["data"]) == ["client-secret"]
    assert secret["metadata"]["annotations"]["oauthconnector.dev/allowed-hosts"] == token_host(spec)
    applied = yaml.safe_load(
        control_plane.kubectl("get", "oac", connector_name(example), "-n", namespace.name, "-o", "yaml")
    )
    assert applied["spec"]["grantType"] == spec.grant_type


def connector_name(example: str) -> str:
    """Return the name of the connector of an example."""
    return str(manifest_of(example)["metadata"]["name"])


@pytest.mark.parametrize("section", WITHOUT_CLIENT_SECRET)
def test_the_commands_for_entra_without_a_client_secret_end_well(
    control_plane: ControlPlane, namespace: Namespace, tmp_path: Path, section: str
) -> None:
    """What the connector authenticates with is there and may be sent to Entra, and no client secret is needed."""
    example, held = WITHOUT_CLIENT_SECRET[section]
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    shell = PageShell(tmp_path, control_plane.kubeconfig)
    place = ("-n", namespace.name)
    for block in read_commands(PAGES / "connect-entra.md")[section]:
        shell.run(block.replace("-n shop", f"-n {namespace.name}"))
    spec = connector_of(example)
    found = yaml.safe_load(control_plane.kubectl("get", held, *place, "-o", "yaml"))
    assert found["metadata"]["annotations"]["oauthconnector.dev/allowed-hosts"] == token_host(spec)
    applied = yaml.safe_load(control_plane.kubectl("get", "oac", connector_name(example), *place, "-o", "yaml"))
    assert applied["spec"]["client"] == manifest_of(example)["spec"]["client"]


@pytest.mark.parametrize(
    ("page", "example"), [*PROVIDERS.items(), *((page, example) for example, page in MORE_EXAMPLES.items())]
)
def test_a_page_and_its_example_refer_to_each_other(page: str, example: str) -> None:
    """A user who finds one of them finds the other."""
    assert f"examples/{example}.yaml" in (PAGES / f"{page}.md").read_text(encoding="utf-8")
    assert f"docs/how-to/{page}.md" in (ROOT / "examples" / f"{example}.yaml").read_text(encoding="utf-8")
