"""What an authorization server of the tests and of the demo is given: its certificate, its clients, its people."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

SCOPES = ("read", "write", "profile")
LIFETIME = 60

Authentication = Literal["client_secret_basic", "client_secret_post"]  # as RFC 7591 §2 names them


@dataclass(frozen=True, slots=True)
class TLS:
    """Paths of PEM files: what the server shows, and what a client has to trust."""

    certificate: Path
    key: Path
    ca: Path


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A confidential client that the server knows; `lifetime` of its access tokens in seconds."""

    id: str
    secret: SecretStr
    authentication: Authentication = "client_secret_basic"
    lifetime: int = LIFETIME


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can log in."""

    username: str
    password: SecretStr


@dataclass(frozen=True, slots=True)
class Routes:
    """Paths of a kind of server: of its issuer, and below that where tokens are issued, introspected and revoked."""

    base: str
    issue: str
    introspect: str
    revoke: str
