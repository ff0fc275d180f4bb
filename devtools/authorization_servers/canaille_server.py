"""Canaille on loopback. Python of Canaille's own environment runs this file; the project never imports it.

Standard input and output carry lines of JSON (`server_process.py`). The first line is a Settings; the response is
`{"port": 1234}` once the server listens. Each further line is a Command. It adds a client or a user, or changes the one
of that name; the response is `{}`. The server stops at the end of its input.
"""

import json
import os
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol, TypedDict

import canaille  # type: ignore[import-not-found]  # installed in Canaille's environment only
from canaille.app import models  # type: ignore[import-not-found]  # as above
from canaille.backends import Backend  # type: ignore[import-not-found]  # as above
from canaille.backends.memory.backend import MemoryBackend  # type: ignore[import-not-found]  # as above
from canaille.oidc import provider  # type: ignore[import-not-found]  # as above
from werkzeug.serving import make_server  # type: ignore[import-not-found]  # as above

HOST = "127.0.0.1"
GRANTS = ["client_credentials", "password", "authorization_code", "refresh_token"]


class Certificate(TypedDict):
    """Paths of PEM files."""

    certificate: str
    key: str


class Settings(TypedDict):
    """How to listen; port 0 means a free one."""

    port: int
    scopes: list[str]
    tls: Certificate | None


class ClientDetails(TypedDict):
    """A client; `lifetime` of its tokens in seconds; the client `inspector` may introspect them."""

    id: str
    secret: str
    authentication: str
    lifetime: int
    redirect_uris: list[str]
    inspector: str


class UserDetails(TypedDict):
    """A user who can log in."""

    username: str
    password: str


class Withdrawal(TypedDict):
    """The user whose grants end, and the client: None for all clients."""

    username: str
    client: str | None


class Command(TypedDict, total=False):
    """The client or user to add or change, or the grants to end."""

    register: ClientDetails
    enroll: UserDetails
    withdraw: Withdrawal


class Application(Protocol):
    """The part of a Flask application that is used here."""

    def app_context(self) -> AbstractContextManager[object]:
        """Make the application the current one, as models and backend need it."""

    def __call__(self, environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        """Handle one WSGI request."""


class Row(Protocol):
    """The part of Canaille's models that is used here."""

    def serialize(self, values: list[object]) -> list[object]:
        """Replace models by their ids, and remove None."""


class KnownClient(Protocol):
    """The part of Canaille's client that is used here."""

    client_id: str


lifetimes: dict[str, int] = {}


def lifetime(client: KnownClient, _grant_type: str) -> int:
    """Return the lifetime of a client's next token in seconds. Authlib calls this function by its name."""
    return lifetimes[client.client_id]


generate_id_token = provider.generate_id_token


def sign_with_id(*, user_info: Mapping[str, object], **details: object) -> str:
    """Sign an access token with an id (RFC 9068 §2.2). Without the id, tokens of one client and second are equal."""
    token: str = generate_id_token(user_info={**user_info, "jti": secrets.token_hex(16)}, **details)
    return token


class Memory(MemoryBackend):  # type: ignore[misc]  # as with its import
    """Canaille's store in memory, corrected: `Backend.query` returns rows that match all attributes.

    The original returns rows that match any attribute, so that a user could use the code or consent of another user.
    """

    __module__ = MemoryBackend.__module__  # Canaille looks for its models beside it

    def do_query(self, model: type[Row], *args: object, **wanted: object) -> list[Row]:
        """Return the rows that match every attribute; a list matches by any of its values."""
        return [row for row in super().do_query(model, *args, **wanted) if is_match(row, wanted)]


def is_match(row: Row, wanted: Mapping[str, object]) -> bool:
    """Return whether each attribute has one of the wanted values; no wanted value matches all rows."""

    def values(attribute: object) -> set[object]:
        return set(row.serialize(attribute if isinstance(attribute, list) else [attribute]))

    return all(not values(value) or values(value) & values(getattr(row, name)) for name, value in wanted.items())


def application(address: str, scheme: str) -> Application:
    """Build Canaille's WSGI application, with everything in memory."""
    settings = {
        "SECRET_KEY": secrets.token_hex(32),
        "SERVER_NAME": address,
        "PREFERRED_URL_SCHEME": scheme,
        "OAUTH2_TOKEN_EXPIRES_IN": f"{__name__}:lifetime",
        "CANAILLE": {"DATABASE": "memory", "FORCE_HTTPS": scheme == "https"},
        # OpenID Connect Core 1.0 §3.1.2.1 leaves it optional for codes; a client that reads no ID token sends none.
        "CANAILLE_OIDC": {"REQUIRE_NONCE": False},
    }
    provider.generate_id_token = sign_with_id
    app: Application = canaille.create_app(settings, Memory(settings))
    return app


class OneAtATime:
    """Serialize requests and changes, because Canaille's store in memory has no lock."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.turn = threading.Lock()

    def __call__(self, environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        """Handle one WSGI request."""
        with self.turn:
            return self.app(environ, start_response)


class Registry:
    """Clients and users of the running server."""

    def __init__(self, server: OneAtATime, scopes: list[str]) -> None:
        self.server = server
        self.scopes = scopes

    def execute(self, command: Command) -> None:
        """Execute one line of input."""
        with self.server.turn, self.server.app.app_context():
            for verb, details in command.items():
                getattr(self, verb)(details)

    def register(self, details: ClientDetails) -> None:
        """Add or change a client."""
        lifetimes[details["id"]] = details["lifetime"]
        client = Backend.instance.get(models.Client, client_id=details["id"]) or models.Client(client_id=details["id"])
        client.client_name = details["id"]
        client.client_secret = details["secret"]
        client.token_endpoint_auth_method = details["authentication"]
        client.grant_types = GRANTS
        client.redirect_uris = details["redirect_uris"]
        client.response_types = ["code"] if details["redirect_uris"] else []
        client.scope = self.scopes
        Backend.instance.save(client)
        readers = sorted({details["id"], details["inspector"]})
        client.audience = [Backend.instance.get(models.Client, client_id=reader) for reader in readers]
        Backend.instance.save(client)

    def enroll(self, details: UserDetails) -> None:
        """Add or change a user who can log in."""
        name = details["username"]
        user = Backend.instance.get(models.User, user_name=name) or models.User(user_name=name)
        user.family_name = user.formatted_name = name
        user.emails = [f"{name}@example.com"]
        user.password = details["password"]
        Backend.instance.save(user)

    def withdraw(self, details: Withdrawal) -> None:
        """Revoke a user's consent, and the tokens that were issued for it."""
        subject = Backend.instance.get(models.User, user_name=details["username"])
        for consent in Backend.instance.query(models.Consent, subject=subject):
            if details["client"] in (None, consent.client.client_id):
                consent.revoke()


def listen(settings: Settings) -> tuple[OneAtATime, int]:
    """Serve on a thread; return the application and the port."""
    listener = socket.create_server((HOST, settings["port"]))
    port = listener.getsockname()[1]
    tls = settings["tls"]
    app = OneAtATime(application(f"{HOST}:{port}", "https" if tls else "http"))
    certificate = (tls["certificate"], tls["key"]) if tls else None
    server = make_server(HOST, port, app, threaded=True, ssl_context=certificate, fd=listener.detach())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return app, port


def respond(message: dict[str, object]) -> None:
    """Write one line to the parent process."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve, and execute the lines of the input until it ends."""
    # Authlib reads this when it checks its own issuer. Plain HTTP is used on loopback only.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    settings: Settings = json.loads(sys.stdin.readline())
    app, port = listen(settings)
    registry = Registry(app, settings["scopes"])
    respond({"port": port})
    for line in sys.stdin:
        registry.execute(json.loads(line))
        respond({})


if __name__ == "__main__":
    main()
