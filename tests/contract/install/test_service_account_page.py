"""The commands of the page about ServiceAccounts, as they stand there, and its fragments of values and specs."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from devtools.generate.manifests import render_chart
from oauth_connector.cli.main import main
from oauth_connector.connector.service_accounts import parse_service_account
from oauth_connector.settings.local_rules import read_local_rules
from oauth_connector.settings.operator import load
from tests.support.cluster import Namespace
from tests.support.dry_run import DryRun
from tests.support.page_commands import PAGES, PageShell, read_blocks, read_commands

PAGE = PAGES / "authenticate-as-a-service-account.md"
FRAGMENTS = [yaml.safe_load(block) for block in read_blocks(PAGE, "yaml")]
VALUES = [each for each in FRAGMENTS if "serviceAccountTokens" in each or "operatorTokens" in each]
SPECS = [each for each in FRAGMENTS if each not in VALUES]


def follow(plane: ControlPlane, namespace: str, folder: Path) -> dict[str, str]:
    """Run all commands of the page in a namespace; return what each block printed, by the block."""
    shell = PageShell(folder, plane.kubeconfig)
    blocks = [block for section in read_commands(PAGE).values() for block in section]
    return {block: shell.run(block.replace("-n shop", f"-n {namespace}")) for block in blocks}


def read(plane: ControlPlane, namespace: str, kind: str) -> dict[str, Any]:
    """Read the object `orders` of a kind."""
    found: dict[str, Any] = json.loads(plane.kubectl("get", kind, "orders", "-n", namespace, "-o", "json"))
    return found


def test_the_commands_make_an_account_that_allows_the_connector(
    control_plane: ControlPlane, namespace: Namespace, tmp_path: Path
) -> None:
    """The annotations name connector and host, and the printed issuer is the one of the tokens."""
    printed = follow(control_plane, namespace.name, tmp_path)
    account = parse_service_account(read(control_plane, namespace.name, "serviceaccount")["metadata"])
    connector = read(control_plane, namespace.name, "oauthconnector")
    assert account.connectors == {connector["metadata"]["name"]}
    assert account.allowed_hosts == ("login.example.com",)
    assert connector["spec"]["client"]["serviceAccount"]["name"] == "orders"
    documents = [text for block, text in printed.items() if "openid-configuration" in block]
    assert [json.loads(text)["issuer"] for text in documents] == ["https://kubernetes.default.svc"]


def test_the_token_of_the_commands_is_taken_by_the_check(
    control_plane: ControlPlane, namespace: Namespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last command writes the file that the page passes to `oauth-connector check`."""
    follow(control_plane, namespace.name, tmp_path)
    objects = [read(control_plane, namespace.name, kind) for kind in ("serviceaccount", "oauthconnector")]
    (tmp_path / "orders.yaml").write_text(yaml.safe_dump_all(objects))
    assert "check -f orders.yaml --secret serviceaccount/orders=@orders.token" in PAGE.read_text(encoding="utf-8")
    token = ("--secret", f"serviceaccount/orders=@{tmp_path / 'orders.token'}")
    main(["check", "-f", str(tmp_path / "orders.yaml"), *token])
    assert "serviceaccount/orders/https://login.example.com" in capsys.readouterr().out


@pytest.mark.parametrize("fragment", SPECS, ids=[next(iter(each)) for each in SPECS])
def test_the_fragments_of_specs_are_accepted(api_server: DryRun, fragment: dict[str, Any]) -> None:
    """Each is part of a connector with the members that the page shows elsewhere."""
    whole = {"grantType": "ClientCredentials", "provider": {"issuer": "https://login.example.com"}, **fragment}
    head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "metadata": {"name": "orders"}}
    assert api_server.submit(yaml.safe_dump({**head, "spec": whole})).message == ""


@pytest.mark.parametrize("values", VALUES, ids=[next(iter(each)) for each in VALUES])
def test_the_fragments_of_values_are_rendered(values: dict[str, Any], tmp_path: Path) -> None:
    """Helm accepts them, and the operator reads what they allow."""
    (tmp_path / "config.yaml").write_text(
        next(yaml.safe_load_all(render_chart(values, "templates/operator/config-map.yaml")))["data"]["config.yaml"]
    )
    rules = read_local_rules(load({"config": tmp_path / "config.yaml"}))
    assert rules.service_account_tokens == ("serviceAccountTokens" in values)
    assert len(rules.operator_tokens or ()) == len(values.get("operatorTokens", []))
