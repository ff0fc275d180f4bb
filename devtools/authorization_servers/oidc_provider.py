"""oidc-provider: a certified, strict authorization server on Node.js, with the password grant added.

Its packages are installed outside the checkout, from oidc_provider/package-lock.json, when the server is first used.
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from devtools.authorization_servers.installation import InstallationError, run_installer
from devtools.authorization_servers.launch import Launch
from devtools.authorization_servers.registrations import Routes
from devtools.local.cached_folder import cached_folder, progress

SOURCE = Path(__file__).with_name("oidc_provider")
FILES = ("package.json", "package-lock.json", ".npmrc", "server.mjs", "journal.mjs", "pages.mjs", "store.mjs")


class OIDCProvider(Launch):
    """`with OIDCProvider(folder) as server:` gives an AuthorizationServer.

    It decodes %20 and + in HTTP Basic and refuses what is not encoded, answers `invalid_grant` to a wrong password,
    `invalid_scope` to the scope `admin`, `invalid_target` to another resource than `urn:test:api` or
    `https://api.example.com/`. Its issuer has a path; the metadata is found below it.

    It gives a refresh token only where scope `offline_access` was asked for, of a person with `prompt=consent` too, and
    keeps to a client's `ConsentPolicy`. A code that is used twice ends the grant that the first use made.
    """

    name = "oidc-provider"
    routes = Routes(
        base="/op", authorize="/auth", issue="/token", introspect="/token/introspection", revoke="/token/revocation"
    )

    @staticmethod
    def command() -> Sequence[str]:
        """Give the command that starts it, after installing it when the cache has it not."""
        if shutil.which("node") is None:
            raise InstallationError(
                "oidc-provider needs Node.js 20.12 or newer: install it so that `node` is on the PATH."
            )
        return ("node", str(packages() / "server.mjs"))


def packages() -> Path:
    """Give the folder with oidc-provider, its packages and server.mjs, made now if there is none for these files."""
    digest = hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in FILES)).hexdigest()
    return cached_folder(f"oidc-provider-{digest[:12]}", _install)


def _install(folder: Path) -> None:
    progress(f"Installing oidc-provider into {folder} (once, about 5 s)")
    for name in FILES:
        shutil.copy(SOURCE / name, folder)
    run_installer("oidc-provider", ("npm", "ci", "--no-progress"), folder)
