"""Canaille: a real authorization server (Flask, Authlib) with a login page and the password grant.

Its many packages live in a virtual environment of their own, outside the checkout, made from requirements/canaille.lock
when it is first asked for.
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
    """`with Canaille(folder) as server:` gives an AuthorizationServer.

    It decodes %20 but not + in HTTP Basic, accepts no client_secret_post for client credentials, drops unknown scopes
    in silence, and calls a wrong password `invalid_request`.

    It knows no `Registration`: PKCE is for clients that begin with it and public ones; every code or password gives
    a refresh token, which rotates, dies with its access token, and whose second use is refused and ends nothing else.
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
        """Give the command that starts it, after installing it when the cache has it not."""
        # -I, or this folder's canaille.py would be imported in place of the package.
        return (str(environment() / "bin" / "python"), "-I", str(SERVER))


def environment() -> Path:
    """Give Canaille's virtual environment, made now if there is none for this lock and this Python."""
    key = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:12]
    return cached_folder(f"canaille-{key}", _install)


def _install(folder: Path) -> None:
    progress(f"Installing Canaille into {folder} (once, about 20 s)")
    run_installer("Canaille", (sys.executable, "-m", "venv", str(folder)), folder)
    pip = (str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input")
    run_installer("Canaille", (*pip, "install", "--require-hashes", "--requirement", str(LOCK)), folder)
