"""The distributions of `requirements/runtime.lock`, which the image contains, and what the processes import of them."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.support.locked_imports import read_lock

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "runtime.lock"
PROGRAM = ROOT / "tests" / "support" / "locked_imports.py"

BASE = frozenset(
    {"aiohappyeyeballs", "aiohttp", "aiosignal", "annotated-types", "attrs", "frozenlist", "idna", "multidict"}
    | {"orjson", "propcache", "pydantic", "pydantic-core", "pyyaml", "structlog"}
    | {"typing-extensions", "typing-inspection", "yarl"}
)
ENCRYPTION = frozenset({"cryptography", "cffi", "joserfc"})
"""9 MB of memory and 50 ms of a start. The operator imports them at their first use, inside a function."""
SETTINGS = frozenset({"pydantic-settings", "python-dotenv"})
KOPF = frozenset({"kopf", "iso8601", "jsonpatch", "jsonpointer", "python-json-logger"})
HTTPX = frozenset({"httpx2", "httpcore2", "h11", "anyio", "truststore"})

PROCESSES = {
    ("oauth_connector.__main__", "oauth_connector.cli.main", "oauth_connector.app"): (
        BASE | SETTINGS | KOPF | HTTPX | {"prometheus-client", "uvloop"}
    ),
    ("oauth_connector.__main__", "oauth_connector.cli.main", "oauth_connector.consent_server.server"): (
        BASE | ENCRYPTION | SETTINGS | {"jinja2", "markupsafe", "segno", "uvloop"}
    ),
    ("oauth_connector.kubectl_plugin.main", "oauth_connector.kubectl_plugin.authorize"): BASE | ENCRYPTION | {"segno"},
}
"""The modules of the operator, the consent server and `kubectl oauth`, and the distributions that they import."""


@cache
def imported_by(modules: tuple[str, ...]) -> frozenset[str]:
    """Import modules in a process of their own, in which only the packages of the lock file are installed."""
    return frozenset(run_python(str(PROGRAM), str(LOCK), *modules).split())


def run_python(*arguments: str) -> str:
    """Run Python with this checkout, and return what it prints."""
    environment = {"PYTHONPATH": f"{ROOT / 'operator'}:{ROOT}"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603  # our own Python
    return done.stdout


@pytest.mark.parametrize(("modules", "expected"), PROCESSES.items(), ids=[names[-1] for names in PROCESSES])
def test_a_process_imports_what_it_needs(modules: tuple[str, ...], expected: frozenset[str]) -> None:
    """Each process starts with the packages of the image, and imports none that it does not use."""
    assert imported_by(modules) == expected


def test_the_operator_imports_encryption_at_its_first_use() -> None:
    """The keys of consents need it, and only when one is derived."""
    first_use = "import oauth_connector.app, oauth_connector.consent_protocol.operator_keys as keys, sys"
    imported = "{name.partition('.')[0] for name in sys.modules} & {'cryptography', 'joserfc'}"
    show = f"print(*sorted({imported}))"
    text = f"{first_use}; {show}; keys.OperatorKeys(bytes(32)).public_key('uid'); {show}"
    assert run_python("-c", text) == "\ncryptography joserfc\n"


def test_the_image_contains_nothing_that_no_process_imports() -> None:
    """Each distribution of the lock file is imported by at least one of the three processes."""
    used = frozenset().union(*(imported_by(modules) for modules in PROCESSES))
    assert read_lock(LOCK.read_text(encoding="utf-8")) == used
