"""Token requests as values (RFC 6749 §3.2): grant, client and parameters in one form, ready to be sent."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

from pydantic import SecretStr

from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.registry import METHODS
from oauth_connector.oauth.grants.grant import Grant, Pairs, Purpose
from oauth_connector.oauth.grants.registry import GRANTS
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.request_shape import STANDARD_SHAPE, BodyFormat, Method, RequestShape
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

SECRET_PARAMETERS = frozenset({"client_secret", "password", "refresh_token", "code", "code_verifier"}).union(
    {"client_assertion", "assertion", "device_code", "subject_token", "actor_token"}
)
"""Parameters whose value no message may repeat, by the names of the specifications."""

_CONTENT_TYPES = {BodyFormat.FORM: "application/x-www-form-urlencoded", BodyFormat.JSON: "application/json"}


@dataclass(frozen=True, slots=True)
class TokenRequestParameters:
    """What a request carries beside grant and client; `separator` joins the scopes on the wire (RFC 6749 §3.3).

    `headers` are those with secret values.
    """

    scopes: tuple[str, ...] = ()
    separator: str = " "
    audience: str | None = None
    resources: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    shape: RequestShape = STANDARD_SHAPE
    headers: Mapping[str, SecretStr] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendWindow:
    """When a request may be sent, in seconds since the epoch: begun by `latest` or never.

    Once it is sent, its response is awaited until `until`, whatever the usual time limit is.
    """

    latest: float
    until: float


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A complete request to a token endpoint, and its send window where it has one.

    `query` is added to the URL where the request is written, because it may contain credentials. `secrets` are the
    values that no message may repeat.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    send_window: SendWindow | None = None
    method: Method = Method.POST
    query: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def target(self) -> str:
        """Return the URL with the query. It is for the connection alone: it may contain credentials."""
        if not self.query:
            return self.url
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(query="&".join(part for part in (parts.query, self.query) if part)))


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
    added, shape = client.authenticate(context), parameters.shape
    extra = {**shape.parameters, **parameters.extra}
    every = (*grant.form(context), *added.form, *_list_parameters(parameters), *sorted(extra.items()))
    omitted = shape.refresh_omits if grant.purpose is Purpose.REFRESH else frozenset()
    written = shape.rename((name, value) for name, value in every if name not in omitted)
    url = drop_reserved_parameters(context.token_endpoint, RESERVED_PARAMETERS)
    own = shape.merge_headers({name: value.get_secret_value() for name, value in parameters.headers.items()})
    headers = _write_headers(own, shape, added.headers)
    secrets = (*(value for name, value in every if name in SECRET_PARAMETERS), *own.values())
    if shape.has_query:
        return TokenRequest(url, headers, b"", method=shape.method, query=urlencode(written), secrets=secrets)
    return TokenRequest(url, headers, _write_body(written, shape.body_format), secrets=secrets)


def build_client_request(context: RequestContext, client: Client, endpoint: str, pairs: Pairs) -> TokenRequest:
    """Build a form for another endpoint of the server, with the client authentication of the token endpoint.

    No name twice that the method adds itself, and no empty value (RFC 6749 §3.2).
    """
    added = client.authenticate(context)
    own = {name for name, _ in added.form}
    form = (*((name, value) for name, value in pairs if value and name not in own), *added.form)
    headers = _write_headers({}, STANDARD_SHAPE, added.headers)
    secrets = tuple(value for name, value in form if name in SECRET_PARAMETERS)
    return TokenRequest(endpoint, headers, urlencode(form).encode(), secrets=secrets)


def _write_headers(own: Mapping[str, str], shape: RequestShape, of_client: Pairs) -> Pairs:
    """Return the headers of a request: a provider's own replace the usual ones, and never those of the client."""
    named = {name.lower() for name in own}
    kind = () if shape.has_query else (("Content-Type", _CONTENT_TYPES[shape.body_format]),)
    usual = (("Accept", "application/json"), *kind)
    return (*(each for each in usual if each[0].lower() not in named), *sorted(own.items()), *of_client)


def _write_body(pairs: Sequence[tuple[str, str]], body_format: BodyFormat) -> bytes:
    if body_format is BodyFormat.FORM:
        return urlencode(pairs).encode()
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return json.dumps({name: each[0] if len(each) == 1 else each for name, each in values.items()}).encode()


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
    headers = tuple(sorted((name, value.get_secret_value()) for name, value in parameters.headers.items()))
    is_shaped = parameters.shape != STANDARD_SHAPE or bool(headers)
    shaped = (parameters.shape.identity(), headers) if is_shaped else ()
    certificate = client.tls_identity
    presented = (certificate.certificate_chain, certificate.private_key.get_secret_value()) if certificate else ()
    identity = (context.token_endpoint, grant.identity(), client.identity() + presented, further, extra, *shaped)
    return hashlib.scrypt(repr(identity).encode(), salt=salt, n=2**12, r=8, p=1, dklen=16).hex()


def split_scope(text: str) -> tuple[str, ...]:
    """Split a text of scopes at commas, white space, or both; RFC 6749 §3.3 has single spaces."""
    return tuple(dict.fromkeys(scope for scope in re.split(r"[\s,]+", text) if scope))


def _list_parameters(parameters: TokenRequestParameters) -> Iterator[tuple[str, str]]:
    yield "scope", parameters.separator.join(parameters.scopes)
    yield "audience", parameters.audience or ""
    for resource in parameters.resources:
        yield "resource", resource
