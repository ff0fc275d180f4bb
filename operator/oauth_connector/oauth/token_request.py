"""Token requests as values (RFC 6749 §3.2): grant, client and parameters in one form, ready to be sent."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.registry import METHODS
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.registry import GRANTS
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.reserved_parameters import drop_reserved_parameters, normalize_name

_OF_OTHER_SPECIFICATIONS = frozenset(
    {
        "client_assertion",  # RFC 7521 §4.2
        "client_assertion_type",
        "assertion",  # RFC 7521 §4.1
        "device_code",  # RFC 8628 §3.4
        "subject_token",  # RFC 8693 §2.1
        "subject_token_type",
        "actor_token",
        "actor_token_type",
    }
)

RESERVED_PARAMETERS = frozenset({"scope", "audience", "resource"}).union(
    _OF_OTHER_SPECIFICATIONS,
    *(grant.parameter_names for grant in GRANTS.values()),
    *(method.parameter_names for method in METHODS.values()),
)
"""Parameters that have a field of their own, or belong to another grant: they cannot be given as extra ones."""


@dataclass(frozen=True, slots=True)
class TokenRequestParameters:
    """What a request carries beside grant and client; `separator` joins the scopes on the wire (RFC 6749 §3.3)."""

    scopes: tuple[str, ...] = ()
    separator: str = " "
    audience: str | None = None
    resources: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendWindow:
    """When a request may be sent, in seconds since the epoch: begun by `latest` or never.

    Once it is sent, its response is awaited until `until`, whatever the usual time limit is.
    """

    latest: float
    until: float


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A complete POST to a token endpoint, and its send window where it has one."""

    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    send_window: SendWindow | None = None


def build_token_request(
    context: RequestContext, grant: Grant, client: Client, parameters: TokenRequestParameters
) -> TokenRequest:
    """Build the request: a form in UTF-8 (RFC 6749 App. B), no name twice but `resource`, no empty value (§3.2).

    A reserved parameter in the query of the endpoint is not sent. Raises `ValueError` for one among the extra
    parameters.
    """
    reserved = sorted(name for name in parameters.extra if normalize_name(name) in RESERVED_PARAMETERS)
    if reserved:
        raise ValueError(f"reserved parameter: {reserved[0]}")
    added = client.authenticate(context)
    pairs = [*grant.form(context), *added.form, *_list_parameters(parameters)]
    return TokenRequest(
        url=drop_reserved_parameters(context.token_endpoint, RESERVED_PARAMETERS),
        headers=(
            ("Accept", "application/json"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            *added.headers,
        ),
        body=urlencode([(name, value) for name, value in pairs if value]).encode(),
    )


def fingerprint_request(
    salt: bytes, context: RequestContext, grant: Grant, client: Client, parameters: TokenRequestParameters
) -> str:
    """Return a salted hash by which a request is known again without keeping its credentials.

    The hash is slow (some milliseconds), because a password can be guessed. It is made over the credentials, not over
    the bytes of the request: an assertion differs in each request (`jti`, RFC 7519 §4.1.7), and a refused key would not
    be known again.
    """
    further = (parameters.scopes, parameters.separator, parameters.audience, parameters.resources)
    extra = tuple(sorted(parameters.extra.items()))
    identity = (context.token_endpoint, grant.identity(), client.identity(), further, extra)
    return hashlib.scrypt(repr(identity).encode(), salt=salt, n=2**12, r=8, p=1, dklen=16).hex()


def split_scope(text: str) -> tuple[str, ...]:
    """Split a text of scopes at commas, white space, or both; RFC 6749 §3.3 has single spaces."""
    return tuple(dict.fromkeys(scope for scope in re.split(r"[\s,]+", text) if scope))


def _list_parameters(parameters: TokenRequestParameters) -> Iterator[tuple[str, str]]:
    yield "scope", parameters.separator.join(parameters.scopes)
    yield "audience", parameters.audience or ""
    for resource in parameters.resources:
        yield "resource", resource
    yield from sorted(parameters.extra.items())
