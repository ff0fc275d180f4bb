"""docs/how-to/use-the-token-as-a-login.md: its commands, run as they stand there.

What is different from the page: the files are in a folder of the test, and servers are on loopback. The operator does
not run: the Secrets are rendered and written by its code.
"""

import base64
import os
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.controller.ports import SecretWritten
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.cluster import KubeCluster
from tests.support.cluster import Namespace
from tests.support.page_commands import PAGES, PageShell, read_commands
from tests.support.rendered_examples import EXAMPLES, rendered_from

COMMANDS = read_commands(PAGES / "use-the-token-as-a-login.md")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the examples, as a checkout has it."""
    (tmp_path / "examples").symlink_to(EXAMPLES)
    return tmp_path


async def test_an_image_pull_secret_is_accepted(
    control_plane: ControlPlane, namespace: Namespace, folder: Path
) -> None:
    """The example is applied, its Secret has the type that the page shows, and a ServiceAccount refers to it."""
    apply, patch = COMMANDS["Pull images"]
    shell = PageShell(folder, control_plane.kubeconfig)
    *before, show = apply.strip().splitlines()
    shell.run("\n".join(before).replace("-n shop", f"-n {namespace.name}"))
    cluster = KubeCluster(namespace.api, Caches.build())
    assert isinstance(
        await cluster.create_secret(namespace.name, rendered_from("image-pull-secret.yaml")), SecretWritten
    )
    shown = shell.run(show.replace("-n shop", f"-n {namespace.name}")).split()
    assert shown[4:7] == ["registry-token", "kubernetes.io/dockerconfigjson", "5"]
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    control_plane.kubectl("apply", "--server-side", "-n", namespace.name, "-f", "-", stdin=yaml.safe_dump(account))
    assert "patched" in shell.run(patch.replace("-n shop", f"-n {namespace.name}"))


@pytest.mark.parametrize("example", ["git-and-netrc.yaml", "template.yaml", "argo-cd-repository.yaml"])
async def test_the_secret_of_an_example_is_accepted(namespace: Namespace, example: str) -> None:
    """The API server accepts each Secret with its type and its labels."""
    cluster = KubeCluster(namespace.api, Caches.build())
    assert isinstance(await cluster.create_secret(namespace.name, rendered_from(example)), SecretWritten)


def test_the_secret_of_a_repository_has_what_argo_cd_reads() -> None:
    """Label and keys are those of https://argo-cd.readthedocs.io/en/stable/operator-manual/argocd-repositories-yaml/."""
    rendered = rendered_from("argo-cd-repository.yaml")
    values = {key: value.get_secret_value() for key, value in rendered.data.items()}
    assert rendered.labels["argocd.argoproj.io/secret-type"] == "repository"
    assert values["type"] == "git"
    assert values["url"] == "https://bitbucket.org/example/fleet.git"
    assert (values["username"], values["password"]) == ("x-token-auth", "an-access-token")


@pytest.fixture
def mounted(tmp_path: Path) -> Path:
    """Return a folder with the files of the example for git, as a Pod mounts them."""
    place = tmp_path / "token"
    place.mkdir()
    for key, value in rendered_from("git-and-netrc.yaml").data.items():
        (place / key).write_text(value.get_secret_value())
    return place


def run(commands: str, home: Path, **environment: str) -> str:
    """Run commands of the page in a home of their own."""
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", **environment}
    command = ["bash", "-euc", commands]
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout  # noqa: S603  # our page


def test_git_reads_the_mounted_file(mounted: Path, tmp_path: Path) -> None:
    """After the first command git knows the login of each repository of the host."""
    (block,) = COMMANDS["Clone and push with git"]
    configure, clone = block.strip().splitlines()
    assert clone == "git clone https://bitbucket.org/example/fleet.git"
    run(configure.replace("/var/run/token", str(mounted)), tmp_path)
    question = "printf 'protocol=https\\nhost=bitbucket.org\\npath=example/fleet.git\\n' | git credential fill"
    assert {"username=x-token-auth", "password=an-access-token"} <= set(run(question, tmp_path).split())


class _Proxy(BaseHTTPRequestHandler):
    """Responds to every request with its header of Basic authentication."""

    def do_GET(self) -> None:  # the name is that of http.server
        """Respond with the header `Authorization`."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers.get("Authorization", "").encode())

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def proxy() -> Iterator[str]:
    """Return the address of a proxy that responds in the place of every host."""
    with HTTPServer(("127.0.0.1", 0), _Proxy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_curl_reads_the_mounted_file(mounted: Path, tmp_path: Path, proxy: str) -> None:
    """Curl sends user name and token to the host that the page names."""
    call, variable = COMMANDS["curl, pip, Go and other programs that read a netrc file"]
    assert variable == "export NETRC=/var/run/token/netrc\n"
    own = call.replace("/var/run/token", str(mounted)).replace("https://", "http://").replace("curl ", "curl --silent ")
    scheme, _, value = run(own, tmp_path, http_proxy=proxy).partition(" ")
    assert (scheme, base64.b64decode(value).decode()) == ("Basic", "x-token-auth:an-access-token")


def test_the_template_of_the_page_is_that_of_the_example() -> None:
    """A user finds the same text in both."""
    page = (PAGES / "use-the-token-as-a-login.md").read_text(encoding="utf-8")
    block = page.partition("```yaml\n")[2].partition("```")[0]
    manifests = yaml.safe_load_all((EXAMPLES / "template.yaml").read_text())
    connector = next(each for each in manifests if each["kind"] == "OAuthConnector")
    assert yaml.safe_load(block)["output"]["template"] == connector["spec"]["output"]["template"]
