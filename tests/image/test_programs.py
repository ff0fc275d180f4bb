"""The programs of the image run as a Pod runs them: a root that is read-only, user 65532, and no environment."""

import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.image import recipe
from devtools.image.build import CHECKOUT
from tests.component.reconciling.scene import enter
from tests.support.cluster import Namespace
from tests.support.faulty_proxy import FaultyProxy
from tests.support.image_processes import ConsentServerInImage, OperatorInImage, run_in_image

PYTHON = f"/usr/bin/python{recipe.PYTHON}"
ALIASES = {
    "_yaml",  # an older name of yaml
    "attrs",  # another name of attr
    "cffi",  # its compiled half is imported, by cryptography
    "jsonpatch_cli",  # a program of jsonpatch
}
"""What no process imports, but is a part of a distribution that is imported."""

_IMPORT = """
import pathlib, sys
import oauth_connector.app, oauth_connector.consent_server.server, oauth_connector.kubectl_plugin.main
import oauth_connector.cli.check
loaded = {name.partition(".")[0] for name in sys.modules}
for path in sorted(pathlib.Path("/%s").iterdir()):
    name = path.name.partition(".")[0]
    if path.suffix != ".dist-info" and name not in loaded | {"__pycache__"}:
        print(name)
"""
_COUNT = "import ssl; print(len(ssl.create_default_context().get_ca_certs()))"


@pytest.mark.parametrize("program", ["/usr/bin/oauth-connector", "/usr/bin/kubectl-oauth"])
def test_a_program_shows_its_help(root: Path, tmp_path: Path, program: str) -> None:
    """Each program starts, and prints how it is used."""
    done = run_in_image(root, tmp_path, program, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ")


def test_programs_are_the_entry_points_of_the_package(root: Path) -> None:
    """They call what `pip install` would have them call, so the handler of SIGTERM is set before all imports."""
    scripts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["scripts"]
    for name, entry_point in scripts.items():
        module, function = entry_point.split(":")
        assert f"from {module} import {function}\n" in (root / "usr/bin" / name).read_text()


async def test_the_operator_obtains_a_token(
    root: Path,
    tmp_path: Path,
    service_account: Path,
    namespace: Namespace,
    canaille: AuthorizationServer,
    canaille_proxy: FaultyProxy,
) -> None:
    """It becomes ready, writes a valid token to the Secret, and ends with 0 at SIGTERM."""
    scene = enter(namespace, canaille, canaille_proxy)
    operator = OperatorInImage(root, tmp_path, service_account, scene.port)
    await operator.start()
    await scene.add_client_secret()
    await scene.connect()
    assert scene.server.is_live(SecretStr(await namespace.token("crm-token") or ""))
    assert await operator.stop() == 0, operator.read_log()


async def test_the_consent_server_becomes_ready(root: Path, tmp_path: Path, consent_account: Path) -> None:
    """It serves /readyz, and ends with 0 at SIGTERM."""
    server = ConsentServerInImage(root, tmp_path, consent_account)
    await server.start()
    assert await server.stop() == 0, server.log.read_text()


def test_each_distribution_is_imported_by_a_program(root: Path, tmp_path: Path) -> None:
    """What the programs do not import is not in the image."""
    done = run_in_image(root, tmp_path, PYTHON, "-IBc", _IMPORT % recipe.SITE)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == ALIASES


def test_the_authorities_of_the_system_are_trusted(root: Path, tmp_path: Path) -> None:
    """Python's default context has the authorities of the package ca-certificates."""
    done = run_in_image(root, tmp_path, PYTHON, "-IBc", _COUNT)
    trusted = (root / "etc/ssl/certs/ca-certificates.crt").read_text().count("BEGIN CERTIFICATE")
    assert done.stdout.strip() == str(trusted), done.stderr
    assert trusted


def test_the_root_of_these_tests_is_read_only(root: Path, tmp_path: Path) -> None:
    """So the tests above show that no program needs to write to it."""
    done = run_in_image(root, tmp_path, PYTHON, "-IBc", "import os; print(os.statvfs('/').f_flag & os.ST_RDONLY)")
    assert done.stdout.strip() == "1", done.stderr
