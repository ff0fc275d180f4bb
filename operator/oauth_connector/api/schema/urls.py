"""URLs of authorization servers: absolute, with a host, and without user information or a fragment."""

import re
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from oauth_connector.api.schema.fields import Rule, pattern_rule

_GROUP = "[0-9a-fA-F]{1,4}"
_IPV6 = "|".join(
    (
        f"({_GROUP}:){{7}}{_GROUP}",
        f"({_GROUP}:){{1,7}}:",
        *(f"({_GROUP}:){{1,{7 - n}}}(:{_GROUP}){{1,{n}}}" for n in range(1, 7)),
        f":(:{_GROUP}){{1,7}}",
        "::",
    )
)
_PORT = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
_AUTHORITY = rf"([a-zA-Z0-9._-]{{1,253}}|\[({_IPV6})\])(:({_PORT}))?"

_USER = re.compile("^[a-zA-Z]+://[^/?#]*@")

_VISIBLE = pattern_rule("[!-~]*", "must be ASCII without white space")
_ABSOLUTE = pattern_rule(
    "https?://.*",
    "must begin with https:// (or with http://, for hosts in the operator setting allowedDestinations)",
)
_NO_USER: Rule[str] = Rule(
    f"!self.matches('{_USER.pattern}')",
    "must not contain a user or password: set client.id and client.secretRef instead",
    lambda url: _USER.match(url) is None,
)
_HOST = pattern_rule(
    rf"([a-zA-Z]+://)?([^/?#@]*@)?({_AUTHORITY})([/?#].*)?",
    "must contain a host, and optionally a port, such as https://login.example.com:8443/token",
)
_NO_FRAGMENT = pattern_rule("[^#]*", "must not have a fragment: remove # and the text after it")
_BOUNDS = Field(min_length=1, max_length=2048)

URL = Annotated[str, _BOUNDS, _VISIBLE, _ABSOLUTE, _NO_USER, _HOST, _NO_FRAGMENT]
"""URL of an endpoint, which may have a query (RFC 6749 §3.2)."""

_VALIDATOR: TypeAdapter[str] = TypeAdapter(URL)


def is_url(text: str) -> bool:
    """Return whether a text may be the URL of an endpoint in a spec; what a server names is held to the same bounds."""
    return _is_valid(_VALIDATOR, text)


def _is_valid(validator: TypeAdapter[str], text: str) -> bool:
    try:
        validator.validate_python(text)
    except ValidationError:
        return False
    return True


Issuer = Annotated[
    str,
    _BOUNDS,
    _VISIBLE,
    _ABSOLUTE,
    _NO_USER,
    _HOST,
    pattern_rule("[^?#]*", "must not have a query or fragment (RFC 8414 section 2)"),
    Rule(
        "!self.contains('/.well-known/')",
        "must be the issuer itself: remove /.well-known/ and the text after it",
        lambda issuer: "/.well-known/" not in issuer,
    ),
]
"""An issuer identifier (RFC 8414 §2)."""

ResourceURL = Annotated[str, _BOUNDS, _VISIBLE, _ABSOLUTE, _NO_USER, _HOST, _NO_FRAGMENT]
"""The URL of a protected resource (RFC 9728 §1.2), which may have a query."""

_ISSUER_VALIDATOR: TypeAdapter[str] = TypeAdapter(Issuer)


def is_issuer(text: str) -> bool:
    """Return whether a text may be an issuer in a spec; what a resource names is held to the same bounds."""
    return _is_valid(_ISSUER_VALIDATOR, text)


_URI = '[a-zA-Z][a-zA-Z0-9+.-]*:[!"$-~]+'
_URI_MESSAGE = (
    "must be an absolute URI without white space or fragment, such as https://api.example.com (RFC 8707 section 2)"
)

AbsoluteURI = Annotated[str, Field(min_length=1, max_length=1024), pattern_rule(_URI, _URI_MESSAGE)]

Resource = Annotated[
    str,
    Field(min_length=1, max_length=1024),
    pattern_rule(
        f"{_URI}|[a-zA-Z0-9][a-zA-Z0-9._~-]*",
        f"{_URI_MESSAGE}, or the name of a resource, without slashes, where a provider has such",
    ),
]
"""A resource indicator: an absolute URI (RFC 8707 §2), or an identifier, as Entra's v1.0 endpoint has it."""
