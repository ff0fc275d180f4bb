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
_MODULES = ("server.mjs", "assertions.mjs", "journal.mjs", "pages.mjs", "store.mjs")
FILES = ("package.json", "package-lock.json", ".npmrc", *_MODULES)


class OIDCProvider(Launch):
    """`with OIDCProvider(folder) as server:` returns an AuthorizationServer.

    It decodes %20 and + in HTTP Basic and rejects unencoded credentials. It responds `invalid_grant` to a wrong
    password, `invalid_scope` to the scope `admin`, and `invalid_target` to a resource other than `urn:test:api` and
    `https://api.example.com/`. Its issuer has a path; the metadata document is below that path.

    It issues a refresh token only for scope `offline_access`, in a user authorization also with `prompt=consent`, and
    applies the `TokenPolicy` of the client. The second use of a code revokes the grant of the first use.
    """

    name = "oidc-provider"
    routes = Routes(
        base="/op", authorize="/auth", issue="/token", introspect="/token/introspection", revoke="/token/revocation"
    )

    @staticmethod
    def command() -> Sequence[str]:
        """Return the command that starts the server; install it first if it is not in the cache."""
        if shutil.which("node") is None:
            raise InstallationError(
                "oidc-provider needs Node.js 20.12 or newer: install it so that `node` is on the PATH."
            )
        return ("node", str(packages() / "server.mjs"))


def packages() -> Path:
    """Return the folder with oidc-provider, its packages and server.mjs; make it if there is none for these files."""
    digest = hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in FILES)).hexdigest()
    return cached_folder(f"oidc-provider-{digest[:12]}", _install)


def _install(folder: Path) -> None:
    progress(f"Installing oidc-provider into {folder} (once, about 5 s)")
    for name in FILES:
        shutil.copy(SOURCE / name, folder)
    run_installer("oidc-provider", ("npm", "ci", "--no-progress"), folder)
