"""The commands of the page about Okta make a Secret from which the operator signs, for the organization alone."""

import json
import shutil
from pathlib import Path

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.connector.credentials import Credentials, assemble_credentials
from oauth_connector.kube.credential_manifests import parse_credential
from tests.support.builders import NOW, a_connector
from tests.support.page_commands import PAGES, ROOT, PageShell, read_commands
from tests.support.signing_keys import P256_KEY, RSA_KEY, write_pem

PAGE = PAGES / "connect-okta.md"


def test_the_commands_of_the_page_lead_to_a_signed_client(control_plane: ControlPlane, tmp_path: Path) -> None:
    """All commands succeed, the replacement of the key, too; the host of the organization alone gets the assertion."""
    control_plane.kubectl("create", "namespace", "directory")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "okta.pem").write_text(write_pem(RSA_KEY))
    (tmp_path / "okta-new.pem").write_text(write_pem(P256_KEY))
    shell = PageShell(tmp_path, control_plane.kubeconfig)
    for blocks in read_commands(PAGE).values():
        for block in blocks:
            shell.run(block)
    form = ("-n", "directory", "-o", "json")
    spec = json.loads(control_plane.kubectl("get", "oauthconnector", "okta", *form))["spec"]
    held = parse_credential(json.loads(control_plane.kubectl("get", "secret", "okta-key", *form)))
    assert held.allowed_hosts == ("acme.okta.com",)
    found = assemble_credentials(a_connector(spec).spec, {"okta-key": held}, NOW)
    assert isinstance(found, Credentials)
    assert (found.client.id, found.client.identity()[0]) == ("0oa1gjh63g214q0Hq0g4", "SignedAssertion")
    assert spec["client"]["keyID"] == "SIGNING_KEY_2"
