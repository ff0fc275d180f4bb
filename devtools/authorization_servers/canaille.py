"""Canaille: a real authorization server (Flask, Authlib) with a login page and the password grant.

Its packages are in a virtual environment of their own, outside the checkout. It is made from requirements/canaille.lock
when the server is first used.
"""

from collections.abc import Sequence
from pathlib import Path

from devtools.authorization_servers.installation import locked_environment
from devtools.authorization_servers.launch import Launch
from devtools.authorization_servers.registrations import Routes

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
    return locked_environment("canaille", "Canaille", LOCK, "about 20 s")
