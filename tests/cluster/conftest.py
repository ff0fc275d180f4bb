"""A cluster that runs Pods, for the whole session, with an authorization server in it."""

import base64
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from devtools.cluster.node.images import program_image
from devtools.cluster.open_cluster import build_cluster, open_cluster
from devtools.cluster.pki import Authority
from devtools.cluster.pod_cluster import ClusterError, PodCluster
from devtools.go_programs.build import GoBuildError
from devtools.go_programs.programs import program
from devtools.image import archive
from devtools.image.errors import ImageError
from devtools.local.free_port import free_port
from tests.support.pods import manifests
from tests.support.pods.connectors import client_secret
from tests.support.pods.events import NAMESPACE, apply, is_present, wait_until
from tests.support.pods.readers import MOUNTED, connectors, secret_name
from tests.support.pods.readers import readers as reader_pods
from tests.support.pods.release import Release, values
from tests.support.pods.report import Report

FOLDER, FIRST = Path(__file__).parent, "test_install.py"
LAST = ("test_mounted_tokens.py", "when_the_leader_is_lost[killed]", "test_uninstall.py")
"""The tests at the end, in this order.

When a leader is killed, no token is refreshed for up to 15 seconds, until its Lease expires. When the release is
uninstalled, none is refreshed at all. That can be longer than what the shortest tokens leave to the kubelet.
"""
MINUTES = 60
TEST_IMAGES = ("provider", "reader")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Test the new installation first, before other tests kill its Pods, and what stops refreshes last.

    Give each test the time that it may take on a busy machine: the first one also starts the cluster.
    """
    own = [item for item in items if item.path.parent == FOLDER]
    for item in own:
        item.add_marker(pytest.mark.timeout(60 * MINUTES if item.get_closest_marker("long") else 30 * MINUTES))
    own.sort(key=find_place)
    items[:] = [item for item in items if item.path.parent != FOLDER] + own


def find_place(item: pytest.Item) -> int:
    """Return the place of a test of this folder among the others; tests with the same place keep their order."""
    if item.path.name == FIRST:
        return -1
    return next((place for place, part in enumerate(LAST, 1) if part in item.nodeid), 0)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build programs and images before a test's time begins to run. Stop if this fails."""
    if session.config.option.collectonly:
        return
    try:
        build_cluster()
        program("helm")
        for name in TEST_IMAGES:
            program_image(name)
        archive()
    except (GoBuildError, ImageError) as error:
        pytest.exit(str(error), returncode=1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured."""
    for line in _REPORT.lines():
        terminalreporter.write_line(line)


_REPORT = Report()


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    """Yield what measured figures are added to."""
    yield _REPORT
    _REPORT.write()


@pytest.fixture(scope="session")
def cluster(report: Report) -> Iterator[PodCluster]:
    """Yield the cluster that the variable CLUSTER names, with the images of the test Pods."""
    with ExitStack() as stack:
        began = time.monotonic()
        try:
            running = stack.enter_context(open_cluster())
        except ClusterError as error:
            pytest.exit(str(error), returncode=1)
        report.add("start of the cluster", f"{time.monotonic() - began:.0f} s until names are resolved")
        for name in TEST_IMAGES:
            running.load_image(program_image(name))
        running.load_image(archive())
        yield running


@pytest.fixture(scope="session")
def provider(cluster: PodCluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Start the authorization server in the cluster; return the file of its certificate authority."""
    authority = Authority(tmp_path_factory.mktemp("provider"), manifests.AUTHORITY)
    certificate, key = authority.server(manifests.PROVIDER, [manifests.HOST, "127.0.0.1"])
    encoded = {
        name: base64.b64encode(path.read_bytes()).decode()
        for name, path in {"tls.crt": certificate, "tls.key": key}.items()
    }
    tls = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "data": encoded}
    trusted = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"ca.crt": authority.certificate.read_text()}}
    objects = [
        manifests.namespace(),
        {**tls, "metadata": manifests.metadata(manifests.TLS_SECRET)},
        {**trusted, "metadata": manifests.metadata(manifests.AUTHORITY)},
        client_secret(),
        *manifests.provider(),
    ]
    cluster.kubectl("apply", "--server-side", "--filename=-", stdin=manifests.document(objects))
    cluster.kubectl("rollout", "status", f"--namespace={NAMESPACE}", "deployment/provider", "--timeout=5m")
    return authority.certificate


@pytest.fixture(scope="session")
def public_url() -> str:
    """Return the address of the consent server for browsers: a port of this machine is forwarded to it."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def release(cluster: PodCluster, public_url: str, report: Report, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Install the operator and the consent server by the chart."""
    installed = Release(cluster, values(public_url), tmp_path_factory.mktemp("helm"))
    began = time.monotonic()
    installed.install()
    report.add("installation by the chart", f"{time.monotonic() - began:.0f} s until all Pods are ready")
    return installed


@pytest.fixture(scope="session", autouse=True)
def readers(cluster: PodCluster, provider: Path, release: Release) -> None:
    """Start the workloads that read tokens. They call the protected API while the other tests run."""
    assert provider.exists()
    wait_until(release.leader, "an operator leads")
    apply(cluster, connectors())
    for lifetime in sorted(set(MOUNTED.values())):
        wait_until(partial(is_present, cluster, "secret", secret_name(lifetime)), f"the Secret of {lifetime} s exists")
    apply(cluster, reader_pods())
