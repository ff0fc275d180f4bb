"""The pages about MCP servers and agents: their commands, run as they stand there, and their examples.

What is different from the pages: no operator, no provider, and kinds of other projects with the fields that these
projects document (tests/fixtures/agents/crds.yaml). tests/interop/test_mcp_connectors.py does the rest of the way.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from aiohttp import web

from devtools.cluster.control_plane import ControlPlane
from devtools.external_crds import external_crds
from oauth_connector.controller.ports import SecretWritten
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.cluster import KubeCluster
from oauth_connector.kubectl_plugin.main import _build_parser
from tests.support.cluster import Namespace, admin_of, new_namespace
from tests.support.page_commands import PAGES, ROOT, PageShell, read_blocks, read_commands
from tests.support.rendered_examples import EXAMPLES, rendered_from

CONNECT = PAGES / "connect-an-mcp-server.md"
GIVE = PAGES / "give-agents-the-token.md"
PLATFORMS = {"agentgateway": "agentgateway", "kagent": "kagent", "ToolHive": "toolhive"}
"""Sections of the page, and their examples."""


@pytest.fixture(scope="module")
def control_plane() -> Iterator[ControlPlane]:
    """Return a control plane with the kinds of the platforms too."""
    own = ROOT / "tests" / "fixtures" / "agents" / "crds.yaml"
    with ControlPlane(ROOT / "deploy" / "install.yaml", own, *external_crds()) as plane:
        yield plane


@pytest.fixture(scope="module")
async def admin(control_plane: ControlPlane) -> AsyncIterator[KubeAPI]:
    """Return a client with the permissions of an administrator."""
    async with admin_of(control_plane) as api:
        yield api


@pytest.fixture
async def namespace(admin: KubeAPI) -> AsyncIterator[Namespace]:
    """Return the namespace of the pages."""
    async with new_namespace(admin) as made:
        yield made


@pytest.fixture
def shell(control_plane: ControlPlane, tmp_path: Path) -> PageShell:
    """Return a shell in a folder with the examples, as a checkout has it."""
    (tmp_path / "examples").symlink_to(EXAMPLES)
    return PageShell(tmp_path, control_plane.kubeconfig)


async def test_commands_of_the_page_about_servers_end_well(shell: PageShell, namespace: Namespace) -> None:
    """The example is applied, the command to consent is one, and the Secret is there afterwards."""
    copy, create = read_commands(CONNECT)["1. Create the connector"]
    consent, show = read_commands(CONNECT)["2. Consent"]
    shell.run(copy)
    assert "tickets" in shell.run(create.replace("-n agents", f"-n {namespace.name}"))
    assert _build_parser().parse_args(consent.split()[2:]).name == "tickets"
    cluster = KubeCluster(namespace.api, Caches.build())
    written = await cluster.create_secret(namespace.name, rendered_from("agents/mcp-server.yaml"))
    assert isinstance(written, SecretWritten)
    assert "tickets-token" in shell.run(show.replace("-n agents", f"-n {namespace.name}"))


@pytest.mark.parametrize("section", PLATFORMS)
async def test_commands_of_a_platform_end_well(shell: PageShell, namespace: Namespace, section: str) -> None:
    """The platform's API accepts each object of the example."""
    (block,) = read_commands(GIVE)[section]
    commands, _, consent = block.partition("kubectl oauth ")
    printed = shell.run(commands.replace("-n agents", f"-n {namespace.name}"))
    manifests = list(yaml.safe_load_all((EXAMPLES / "agents" / f"{PLATFORMS[section]}.yaml").read_text()))
    assert printed.count("serverside-applied") == len(manifests)
    assert not consent or _build_parser().parse_args(consent.split()).name == manifests[0]["metadata"]["name"]


def references(value: Any) -> Iterator[tuple[str, str | None]]:
    """Yield the Secrets and keys to which a manifest refers; None where the platform knows the key."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in {"secretRef", "valueSecretRef", "valueFrom"}:
                yield inner["name"], inner.get("key")
            yield from references(inner)


@pytest.mark.parametrize("example", PLATFORMS.values())
def test_a_platform_reads_what_the_operator_writes(example: str) -> None:
    """Name and key are those of the output Secret; the value is the header, for agentgateway the bare token."""
    manifests = list(yaml.safe_load_all((EXAMPLES / "agents" / f"{example}.yaml").read_text()))
    others = [manifest for manifest in manifests if manifest["kind"] != "OAuthConnector"]
    written = rendered_from(f"agents/{example if others != manifests else 'mcp-server'}.yaml")
    ((name, key),) = references(others)
    assert name == written.name
    value = written.data[key or "Authorization"].get_secret_value()
    assert value == ("an-access-token" if key is None else "Bearer an-access-token")


def test_pages_show_what_the_examples_have() -> None:
    """A user finds the same fields in both."""
    shown = yaml.safe_load(read_blocks(CONNECT, "yaml")[0])
    assert shown["spec"] == yaml.safe_load((EXAMPLES / "agents" / "mcp-server.yaml").read_text())["spec"]
    output = yaml.safe_load(read_blocks(GIVE, "yaml")[0])["output"]
    gateway = next(yaml.safe_load_all((EXAMPLES / "agents" / "agentgateway.yaml").read_text()))
    assert output == gateway["spec"]["output"]


async def test_hook_of_the_page_reads_the_file_for_each_request(tmp_path: Path) -> None:
    """An agent with the hook sends the new header as soon as the mounted file has it."""
    seen: list[str | None] = []

    async def note(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response()

    app = web.Application()
    app.router.add_get("/", note)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    names: dict[str, Any] = {"Path": Path, "httpx2": httpx2}
    (block,) = read_blocks(GIVE, "python")
    exec(block.replace("/var/run/token", str(tmp_path)), names)  # noqa: S102  # the code of our page
    for header in ("Bearer first", "Bearer second"):
        (tmp_path / "authorization").write_text(header)
        await names["http_client"].get(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    await names["http_client"].aclose()
    await runner.cleanup()
    assert seen == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize("example", ["mcp-server", *PLATFORMS.values()])
def test_a_page_and_its_example_refer_to_each_other(example: str) -> None:
    """A user who finds one of them finds the other."""
    page = CONNECT if example == "mcp-server" else GIVE
    assert f"examples/agents/{example}.yaml" in page.read_text(encoding="utf-8")
    assert f"docs/how-to/{page.name}" in (EXAMPLES / "agents" / f"{example}.yaml").read_text(encoding="utf-8")
