"""docs/how-to/upgrade.md: its commands, with a release of the chart on a real API server."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane
from tests.contract.chart.conftest import NAMESPACE
from tests.support.drain_jobs import SCOPE, running_job
from tests.support.helm import HelmClient
from tests.support.page_commands import PAGES, ROOT, PageShell, read_commands

CRDS = ("crd/oauthconnectors.oauthconnector.dev", "crd/oauthconsents.oauthconnector.dev")


@pytest.fixture(autouse=True)
def clean(bare_plane: ControlPlane, helm: HelmClient) -> Iterator[None]:
    """Remove the release and the CRDs afterwards."""
    yield
    helm.run("uninstall", "oauth-connector", "--no-hooks", "--ignore-not-found")
    bare_plane.kubectl("delete", "--ignore-not-found", *CRDS)


def test_the_commands_of_the_page_upgrade_and_roll_back(
    bare_plane: ControlPlane, helm: HelmClient, tmp_path: Path
) -> None:
    """A connector of the earlier release is still there after the upgrade and the rollback."""
    helm.install({})
    (tmp_path / "desk").mkdir()
    bare_plane.kubectl("wait", "--for=condition=Established", *CRDS)
    bare_plane.kubectl("apply", "-f", str(ROOT / "tests" / "fixtures" / "manifests" / "good" / "minimal.yaml"))
    shell = PageShell(tmp_path / "desk", bare_plane.kubeconfig)
    sections = read_commands(PAGES / "upgrade.md")
    for title in ("Upgrade with Helm", "Check", "Roll back"):
        for commands in sections[title]:
            with running_job(bare_plane, NAMESPACE, SCOPE) if title == "Roll back" else nullcontext():
                shell.run(commands)
    assert "rollback" in helm.run("history", "oauth-connector").lower()
    assert bare_plane.kubectl("get", "oauthconnectors", "-A", "-o", "name") != ""
