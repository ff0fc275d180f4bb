"""Digests of what a token and its Secret depend on, derived from the fields of the spec.

A restarted process reads them from metadata: they show whether the token was requested as the spec now wants, and
whether the Secret presents it as the spec now wants. They are versioned, so that a release that computes them in
another way can distinguish an old digest from a changed spec. They cover names of Secrets, never their content.

Each field of the spec declares the digests that it enters, by a constant of this file. A field without a declaration
stops the import.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from oauth_connector.api.schema.origins import origin
from oauth_connector.api.v1alpha1.digested_fields import (
    Digested,
    DigestKind,
    ReadEntry,
    find_entries,
    find_sharing_fields,
)

if TYPE_CHECKING:
    from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec

DIGEST_VERSION = "v1"

BINDING_VERSION = "v2"
"""The version of the digests of a binding that contain the whole token URL."""


def _enters(name: str, read: ReadEntry, *kinds: DigestKind) -> Digested:
    return Digested(dict.fromkeys(kinds, (name, read)))


def _dump(member: BaseModel | None, entry: str) -> dict[str, Any] | None:
    """Return the fields of a member that declare this entry, without those that are absent."""
    if member is None:
        return None
    return member.model_dump(mode="json", exclude_none=True, include=set(find_sharing_fields(type(member), entry)))


_R, _C, _O = DigestKind.REQUEST, DigestKind.CONSENT, DigestKind.OUTPUT

NOT_DIGESTED = Digested({})
IN_REQUEST = Digested({}, frozenset({_R}))
IN_REQUEST_AND_CONSENT = Digested({}, frozenset({_R, _C}))
IN_OUTPUT = Digested({}, frozenset({_O}))

GRANT_TYPE = _enters("grant", lambda spec: spec.grant_type.value, _R, _C)
PROVIDER = _enters("provider", lambda spec: [spec.provider.effective_issuer, spec.provider.effective_token_url], _R)
CLIENT = _enters("client", lambda spec: _dump(spec.client, "client"), _R)
USER = _enters("user", lambda spec: _dump(spec.password, "user"), _R)
AUTHORIZATION = _enters(
    "authorization",
    lambda spec: dict(spec.authorization_code.parameters or {}) if spec.authorization_code else {},
    _C,
)
SCOPES = Digested(
    {
        _R: ("scopes", lambda spec: [spec.effective_scopes, spec.separator]),
        _C: ("scopes", lambda spec: sorted(spec.effective_scopes)),
    }
)
AUDIENCE = _enters("audience", lambda spec: spec.audience, _R, _C)
RESOURCES = _enters("resources", lambda spec: list(spec.resources or ()), _R, _C)
PARAMETERS = _enters("parameters", lambda spec: dict(spec.token_parameters or {}), _R, _C)
PREFIX = _enters("prefix", lambda spec: spec.effective_header_prefix, _O)
OUTPUT = _enters("output", lambda spec: _dump(spec.output, "output") or {}, _O)


def digest_request(spec: "OAuthConnectorSpec") -> str:
    """Digest all that shapes the token request."""
    return _digest(_entries(spec, DigestKind.REQUEST))


def digest_token(spec: "OAuthConnectorSpec") -> str:
    """Digest the token that credentials obtain: the request, with the preset by its name in the place of its URLs.

    A release that changes a URL of a preset so requests no token: the tokens of the provider stay the same.
    """
    preset = _identify_preset(spec)
    if preset is None:
        return spec.request_digest
    return _digest({**_entries(spec, DigestKind.REQUEST), "provider": preset})


def digest_grant(spec: "OAuthConnectorSpec") -> str:
    """Digest what a user consents to and a refresh cannot change."""
    return _digest(_entries(spec, DigestKind.CONSENT))


def digest_output(spec: "OAuthConnectorSpec") -> str:
    """Digest all that shapes the output Secret."""
    return _digest(_entries(spec, DigestKind.OUTPUT))


def digest_binding(spec: "OAuthConnectorSpec", client_id: str) -> str:
    """Digest the server and the client that a refresh token is bound to: it is sent to no other server.

    The server is the whole token URL where one is named, since the path distinguishes tenants of a host; else the
    issuer, whose metadata names it. A preset whose provider redirects to one of several hosts stands for all of them. A
    preset adds a digest of its name and parameters, so that neither a release with another URL of the preset nor its
    URL in the spec loses a grant. A refresh URL of the spec is part of the server.

    The result is several digests with spaces between them. Those of version `v1` contain the origin of the token URL
    alone: earlier releases have stored them, and read them after a rollback (`is_same_binding`).
    """
    preset = _identify_preset(spec)
    of_preset: list[Mapping[str, object]] = [] if preset is None else [{"preset": preset}]
    common = {"client": "" if spec.needs_registration else client_id, **spec.provider.bound_endpoints}
    servers = ((DIGEST_VERSION, _name_server(spec, origin)), (BINDING_VERSION, _name_server(spec)))
    shapes = [(version, shape) for version, server in servers for shape in ({"server": server}, *of_preset)]
    return " ".join(_digest({**shape, **common}, version) for version, shape in shapes)


def _name_server(spec: "OAuthConnectorSpec", shorten: Callable[[str], str] = str) -> str:
    """Return the token URL, shortened; where none is named the issuer, or the hosts of a preset with several."""
    preset, endpoint = spec.provider.known, spec.provider.effective_token_url
    own = spec.provider.token_url is not None or spec.provider.issuer is not None
    if preset is not None and preset.callback is not None and not own:
        return ",".join(sorted(preset.callback.hosts))
    return shorten(endpoint) if endpoint else spec.provider.bound_server


def is_same_binding(stored: str, wanted: str) -> bool:
    """Return whether a refresh token that is bound to `stored` may be sent where `wanted` is.

    One digest that both contain is enough. Those of the present version decide where both have some.
    """
    pairs = [(_select_version(each, BINDING_VERSION), set(each.split())) for each in (stored, wanted)]
    present = all(of_version for of_version, _ in pairs)
    first, second = (of_version if present else whole for of_version, whole in pairs)
    return not first.isdisjoint(second)


def _select_version(binding: str, version: str) -> set[str]:
    return {digest for digest in binding.split() if digest.startswith(f"{version}:")}


def _identify_preset(spec: "OAuthConnectorSpec") -> list[object] | None:
    """Return name and parameters of the preset, with their defaults; `None` where the spec names the server itself."""
    provider = spec.provider
    if provider.known is None or provider.token_url is not None or provider.issuer is not None:
        return None
    defaults = {name: each.default for name, each in provider.known.parameters.items() if each.default is not None}
    return [provider.known.name, {**defaults, **(provider.parameters or {})}]


def digest_consent(shape: Mapping[str, object]) -> str:
    """Digest all that a consent is about; `connector.consent.request` builds the shape."""
    return _digest(shape)


def _entries(spec: "OAuthConnectorSpec", kind: DigestKind) -> dict[str, object]:
    readers, plain_paths = find_entries(type(spec), kind)
    entries = {name: read(spec) for name, read in readers.items()}
    dumped = spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    for path in plain_paths:
        entries |= _read_plain(dumped, path)
    return entries


def _read_plain(dumped: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, object]:
    """Return the value of a field under its path as the API spells it, such as `provider.issuer`; nothing if absent."""
    value: Any = dumped
    for name in path:
        value = (value or {}).get(name)
    return {} if value is None else {".".join(path): value}


def _digest(shape: Mapping[str, object], version: str = DIGEST_VERSION) -> str:
    text = json.dumps(shape, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"{version}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
