"""A cluster that runs Pods, for the whole session, with an authorization server in it."""

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from devtools.cluster.node.images import program_image
from devtools.cluster.open_cluster import open_cluster
from devtools.cluster.pki import Authority
from devtools.cluster.pod_cluster import ClusterError, PodCluster
from devtools.go_programs.build import GoBuildError
from devtools.go_programs.programs import program
from tests.support.pods import manifests
from tests.support.pods.events import NAMESPACE

MINUTES = 60
TEST_IMAGES = ("provider", "reader")
PROGRAMS = ("kubectl", "helm")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the time that it may take on a busy machine: the first one also starts the cluster."""
    for item in items:
        item.add_marker(pytest.mark.timeout(60 * MINUTES if item.get_closest_marker("long") else 30 * MINUTES))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build programs and images before a test's time begins to run. Stop if this fails."""
    if session.config.option.collectonly:
        return
    try:
        for name in PROGRAMS:
            program(name)
        for name in TEST_IMAGES:
            program_image(name)
    except GoBuildError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[PodCluster]:
    """Yield the cluster that the variable CLUSTER names, with the images of the test Pods."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(open_cluster())
        except ClusterError as error:
            pytest.exit(str(error), returncode=1)
        for name in TEST_IMAGES:
            running.load_image(program_image(name))
        yield running


@pytest.fixture(scope="session")
def provider(cluster: PodCluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Start the authorization server in the cluster; return the file of its certificate authority."""
    authority = Authority(tmp_path_factory.mktemp("provider"), "provider")
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
        *manifests.provider(),
    ]
    cluster.kubectl("apply", "--server-side", "--filename=-", stdin=manifests.document(objects))
    cluster.kubectl("rollout", "status", f"--namespace={NAMESPACE}", "deployment/provider", "--timeout=5m")
    return authority.certificate
