"""The commands of the page about the egress proxy, with a real API server, a real proxy and a TLS target."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from devtools.generate.chart.places import CHART
from tests.contract.chart.test_rendered import build
from tests.support.builders import a_spec
from tests.support.checked_provider import encode
from tests.support.forward_proxy import forward_proxy, write_credentials
from tests.support.helm import HelmClient, find
from tests.support.page_commands import PAGES, ROOT, PageShell, read_blocks, read_commands
from tests.support.tls_target import serve_target

NAMESPACE = "oauth-connector-system"
PAGE = PAGES / "use-an-egress-proxy.md"
COMMANDS = read_commands(PAGE)


@pytest.fixture
def user(bare_plane: ControlPlane, tmp_path: Path) -> PageShell:
    """Return a cluster administrator who follows the page."""
    return PageShell(tmp_path, bare_plane.kubeconfig)


def test_the_proxy_is_set_as_the_page_describes(user: PageShell, bare_plane: ControlPlane) -> None:
    """Secret, settings, volume and NetworkPolicy fit together, and the password is in none of the others."""
    create, write, upgrade = COMMANDS["Set the proxy"]
    shards = "--set crds.enabled=false,policies.enabled=false,userRoles.enabled=false"
    user.run(f"helm install oauth-connector {CHART} -n {NAMESPACE} --set namespaces={{{NAMESPACE}}} {shards}")
    user.run(create, {"PROXY_PASSWORD": "c4n4ry"})
    user.run(write)
    user.run(upgrade)

    def read(kind: str, name: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(bare_plane.kubectl("get", kind, name, "-n", NAMESPACE, "-o", "json"))
        return found

    config = yaml.safe_load(json.dumps(read("configmap", "oauth-connector")["data"]))["config.yaml"]
    settings = yaml.safe_load(config)
    assert (settings["httpsProxy"], settings["noProxy"]) == ("http://proxy.corp.example:3128", ["*.corp.example"])
    assert read("secret", "egress-proxy")["type"] == "kubernetes.io/basic-auth"
    deployment = json.dumps(read("deployment", "oauth-connector"))
    assert '"secretName": "egress-proxy"' in deployment
    assert "c4n4ry" not in deployment + config
    assert '"port": 3128' in json.dumps(read("networkpolicy", "oauth-connector"))
    user.run(f"helm uninstall oauth-connector -n {NAMESPACE} --no-hooks")
    bare_plane.kubectl("delete", "secret", "egress-proxy", "-n", NAMESPACE)


def test_patches_of_kustomize_set_the_proxy_as_the_chart_does(
    bare_plane: ControlPlane, tmp_path: Path, renderer: HelmClient
) -> None:
    """Settings, mount and port are those of the values on the page."""
    values = yaml.safe_load(COMMANDS["Set the proxy"][1].partition("<<END\n")[2].partition("\nEND")[0])
    (patches,) = (yaml.safe_load(text)["patches"] for text in read_blocks(PAGE, "yaml") if "patches" in text)
    objects = build(bare_plane, tmp_path, {"resources": ["../kustomize/base"], "patches": patches})
    rendered = renderer.render(values)
    built, given = (yaml.safe_load(find(each, "ConfigMap")["data"]["config.yaml"]) for each in (objects, rendered))
    assert built == {name: value for name, value in given.items() if "roxy" in name}
    policies = [find(each, "NetworkPolicy")["spec"]["egress"][0] for each in (objects, rendered)]
    assert policies[0] == policies[1]
    pods = [find(each, "Deployment")["spec"]["template"]["spec"] for each in (objects, rendered)]
    assert pods[0]["containers"][0]["volumeMounts"] == pods[1]["containers"][0]["volumeMounts"]
    secrets = [[each["secret"]["secretName"] for each in pod["volumes"] if "secret" in each] for pod in pods]
    assert secrets[0] == secrets[1] == ["egress-proxy"]


async def test_check_names_the_hop_as_the_page_describes(user: PageShell, tmp_path: Path) -> None:
    """The proxy has a step, which has a tick with the right password, and names what to correct with a wrong one."""
    (check,) = COMMANDS["When it fails"]
    own = {"PYTHONPATH": str(ROOT / "operator")}
    program = f"PATH={Path(sys.executable).parent}:$PATH; {check.strip()}"
    async with serve_target(tmp_path) as target, forward_proxy(tmp_path) as proxy:
        folder, port = write_credentials(tmp_path / "credentials"), target.server.port
        allowed = [{"host": "localhost", "ports": [port]}]
        settings = {"httpsProxy": proxy.url, "httpsProxyCredentials": str(folder), "allowedDestinations": allowed}
        provider = {"tokenURL": f"https://localhost:{port}/token", "caBundle": encode(target.authority)}
        head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "metadata": {"name": "crm"}}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "robot"}}
        files = {
            "settings.yaml": settings,
            "connector.yaml": {**head, "spec": a_spec(provider=provider)},
            "secrets.yaml": {**secret, "stringData": {"client-secret": "s3cret"}},
        }
        for name, content in files.items():
            (tmp_path / name).write_text(yaml.safe_dump(content))
        passed = await asyncio.to_thread(user.run, program, own)
        write_credentials(folder, password="wrong")  # it is
        failed = await asyncio.to_thread(user.run, f"{program} || true", own)
    assert f"✓ proxy      {proxy.url} connects to port {port} of localhost, by the name" in passed
    assert "✗ proxy      ProviderUnreachable: The operator's egress proxy rejects the operator's credentials" in failed
    assert "c4n4ry" not in passed + failed
