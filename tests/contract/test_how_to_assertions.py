"""The commands of the pages about Google and Salesforce make Secrets and connectors that present an assertion."""

import json
import shutil
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.connector.credentials import Credentials, assemble_credentials
from oauth_connector.kube.credential_manifests import parse_credential
from oauth_connector.oauth.grants.jwt_bearer import JWTBearer, OwnAssertion
from tests.support.assertions import ACCOUNT, build_google_key
from tests.support.builders import NOW, a_connector
from tests.support.page_commands import PAGES, ROOT, PageShell, read_commands

PAGES_OF = {
    "connect-google.md": ("reports", "storage", "google-key", "oauth2.googleapis.com", ACCOUNT),
    "connect-salesforce.md": (
        "sales",
        "salesforce",
        "salesforce-key",
        "login.salesforce.com",
        "3MVG9XXXXXXXXXXXXXXXXXXXXXXXXXXX",
    ),
}


@pytest.mark.parametrize("page", PAGES_OF)
def test_the_commands_of_a_page_lead_to_an_assertion(page: str, control_plane: ControlPlane, tmp_path: Path) -> None:
    """All commands succeed; the Secret goes to one host only; the connector signs as the account or the app."""
    namespace, connector, secret, host, issuer = PAGES_OF[page]
    control_plane.kubectl("create", "namespace", namespace)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "key.json").write_bytes(build_google_key())
    shell = PageShell(tmp_path, control_plane.kubeconfig)
    for blocks in read_commands(PAGES / page).values():
        for block in blocks:
            shell.run(block)
    kind, form = "oauthconnector", ("-n", namespace, "-o", "json")
    spec = json.loads(control_plane.kubectl("get", kind, connector, *form))["spec"]
    held = parse_credential(json.loads(control_plane.kubectl("get", "secret", secret, *form)))
    assert held.allowed_hosts == (host,)
    found = assemble_credentials(a_connector(spec).spec, {secret: held}, NOW)
    assert isinstance(found, Credentials)
    assert isinstance(found.grant, JWTBearer)
    assert isinstance(found.grant.source, OwnAssertion)
    assert found.grant.source.issuer == issuer
