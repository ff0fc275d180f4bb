"""The context of one request: when it is sent, to which server, and with which TLS settings."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr


class AssertionAudience(StrEnum):
    """Whom an assertion names as its audience; in the place of one of these a spec may contain a URI."""

    ISSUER = "Issuer"
    TOKEN_ENDPOINT = "TokenEndpoint"


@dataclass(frozen=True, slots=True)
class TLSIdentity:
    """A client certificate for mutual TLS (RFC 8705 §2): its chain and its private key, both in PEM."""

    certificate_chain: str
    private_key: SecretStr


def read_host(url: str) -> str:
    """Return the host of a URL in lower case; an empty text for a URL without one."""
    return (urlsplit(url).hostname or "").lower()


@dataclass(frozen=True, slots=True)
class TLSOptions:
    """What a connection trusts beside the operator's own authorities (PEM), and the certificate that it presents.

    `is_public_only`: it leads to public addresses alone, whatever other destinations the operator allows.
    """

    extra_trust: str | None = None
    identity: TLSIdentity | None = None
    is_public_only: bool = False


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What a grant and a client authentication method may know of the request that they are part of.

    `now` is in seconds since the epoch. `token_endpoint` is empty while it is not known yet, which is during discovery.
    `issuer` is the identifier of the authorization server (RFC 8414 §2), where it is known. `nonce` is random text that
    no other request has; it is empty until a request is sent. `signing_algorithms` are those that the server
    advertises for assertions, where it says so (`token_endpoint_auth_signing_alg_values_supported`). `scope` are the
    scopes of the request, as they are sent. `is_endpoint_of_issuer`: whether the issuer names the token endpoint, or
    has its origin; a spec may name an issuer and an endpoint that do not belong together. `named_hosts` are those that
    the spec names, where a resource leads to the servers: any other host must be public, because the resource chose it.
    """

    now: float
    token_endpoint: str = ""
    issuer: str | None = None
    tls: TLSOptions = TLSOptions()
    nonce: str = ""
    scope: str = ""
    signing_algorithms: tuple[str, ...] = ()
    is_endpoint_of_issuer: bool = True
    named_hosts: frozenset[str] | None = None

    @property
    def is_for_resource(self) -> bool:
        """Return whether the spec names a protected resource in the place of the server's endpoints (RFC 9728)."""
        return self.named_hosts is not None

    def with_identity(self, identity: TLSIdentity | None) -> Self:
        """Return the context with the client certificate that its connections present; `None` for no certificate."""
        is_same = identity is self.tls.identity
        return self if is_same else replace(self, tls=replace(self.tls, identity=identity))

    def choose_tls(self, url: str) -> TLSOptions:
        """Return the options of a connection to a URL."""
        is_chosen_elsewhere = self.named_hosts is not None and read_host(url) not in self.named_hosts
        return replace(self.tls, is_public_only=True) if is_chosen_elsewhere else self.tls

    def choose_audience(self, wanted: str | None = None) -> str:
        """Return the audience of an assertion (RFC 7523 §3): `wanted` is an `AssertionAudience`, other text, or `None`.

        By default it is the issuer where the token endpoint is the issuer's, else the token endpoint: a server cannot
        present what it receives to another one.
        """
        if wanted is None:
            wanted = AssertionAudience.ISSUER if self.is_endpoint_of_issuer else AssertionAudience.TOKEN_ENDPOINT
        if wanted == AssertionAudience.ISSUER:
            return self.issuer or self.token_endpoint
        return self.token_endpoint if wanted == AssertionAudience.TOKEN_ENDPOINT else wanted
