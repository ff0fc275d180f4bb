"""The commands of the page about keys make Secrets from which the operator signs, and connectors that are accepted."""

import json
import re
from base64 import b64decode
from pathlib import Path

import yaml

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.connector.credentials import Credentials, CredentialSecret, assemble_credentials
from oauth_connector.connector.observation import CredentialVersion
from tests.support.builders import a_connector
from tests.support.page_commands import PAGES, PageShell, read_commands

PAGE = PAGES / "authenticate-with-a-key.md"
CLIENT = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def read_secret(cluster: ControlPlane, name: str) -> CredentialSecret:
    """Return a Secret as the operator reads it."""
    found = json.loads(cluster.kubectl("get", "secret", name, "-n", "crm", "-o", "json"))
    data = {key: b64decode(value) for key, value in found["data"].items()}
    return CredentialSecret(CredentialVersion(name, "uid", "1"), found["type"], data)


def test_keys_of_the_page_sign(control_plane: ControlPlane, tmp_path: Path) -> None:
    """A key alone, and a key with a certificate in a Secret of type kubernetes.io/tls."""
    user = PageShell(tmp_path, control_plane.kubeconfig)
    control_plane.kubectl("create", "namespace", "crm")
    for blocks in read_commands(PAGE).values():
        for block in blocks:
            user.run(block)
    manifest = json.loads(control_plane.kubectl("get", "oauthconnector", "orders", "-n", "crm", "-o", "json"))
    fragment, certificate, mutual = CLIENT.findall(PAGE.read_text())
    assert yaml.safe_load(certificate)["spec"]["secretName"] == yaml.safe_load(mutual)["client"]["tlsSecretRef"]["name"]
    with_certificate = {"grantType": "ClientCredentials", **yaml.safe_load(fragment)}
    with_tls = {"grantType": "ClientCredentials", **yaml.safe_load(mutual.replace("orders-tls", "orders-certificate"))}
    rows = (
        (manifest["spec"], "orders-key", "SignedAssertion"),
        (with_certificate, "orders-certificate", "SignedAssertion"),
        (with_tls, "orders-certificate", "TLS"),
    )
    for spec, name, method in rows:
        found = assemble_credentials(a_connector(spec).spec, {name: read_secret(control_plane, name)}, 0.0)
        assert isinstance(found, Credentials)
        assert found.client.identity()[0] == method
