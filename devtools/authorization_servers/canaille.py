"""Canaille: a real authorization server (Flask, Authlib) with a login page and the password grant.

Its packages are in a virtual environment of their own, outside the checkout. It is made from requirements/canaille.lock
when the server is first used.
"""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from devtools.authorization_servers.installation import run_installer
from devtools.authorization_servers.launch import Launch
from devtools.authorization_servers.registrations import Routes
from devtools.local.cached_folder import cached_folder, progress

LOCK = Path(__file__).parents[2] / "requirements" / "canaille.lock"
SERVER = Path(__file__).with_name("canaille_server.py")


class Canaille(Launch):
    """`with Canaille(folder) as server:` returns an AuthorizationServer.

    It decodes %20 but not + in HTTP Basic, rejects client_secret_post for client credentials, drops unknown scopes
    without an error, and responds `invalid_request` to a wrong password.

    It has no `TokenPolicy`. PKCE is required of public clients, and of clients that start with it. Every code or
    password yields a refresh token. The refresh token rotates and expires with its access token; a second use is
    refused and does not revoke the grant.
    """

    name = "canaille"
    routes = Routes(
        base="",
        authorize="/oauth/authorize",
        issue="/oauth/token",
        introspect="/oauth/introspect",
        revoke="/oauth/revoke",
    )

    @staticmethod
    def command() -> Sequence[str]:
        """Return the command that starts the server; install it first if it is not in the cache."""
        # Without -I, Python imports canaille.py of this folder instead of the package.
        return (str(environment() / "bin" / "python"), "-I", str(SERVER))


def environment() -> Path:
    """Return Canaille's virtual environment; make it if there is none for this lock file and Python version."""
    key = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:12]
    return cached_folder(f"canaille-{key}", _install)


def _install(folder: Path) -> None:
    progress(f"Installing Canaille into {folder} (once, about 20 s)")
    run_installer("Canaille", (sys.executable, "-m", "venv", str(folder)), folder)
    pip = (str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input")
    run_installer("Canaille", (*pip, "install", "--require-hashes", "--requirement", str(LOCK)), folder)
