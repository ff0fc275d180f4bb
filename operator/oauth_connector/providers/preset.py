"""The fields of a preset: the endpoints of a provider, and how it differs from the standards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from urllib.parse import urlsplit, urlunsplit

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import STANDARD, Quirks
from oauth_connector.oauth.request_shape import STANDARD_SHAPE, RequestShape

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a preset's URLs: a pattern that the whole value matches, and an example.

    `hosts` contains, for a parameter with few values, the host that each value stands for in the templates.
    """

    pattern: str
    example: str
    meaning: str
    default: str | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TokenHostParameter:
    """A parameter of the redirect that names another token host, and the hosts that it may name: never any other."""

    name: str
    hosts: frozenset[str]

    def choose_token_url(self, configured: str, named: str | None) -> str | None:
        """Return the URL that the code is sent to: the configured one, at the named host if that is a known one.

        `named` is sent by a browser. It may be `https://` and one of `hosts`, or the configured origin itself. For any
        other value the result is `None`, and the code must not be sent.
        """
        here = urlsplit(configured)
        if named is None or named.rstrip("/") == f"{here.scheme}://{here.netloc}":
            return configured
        known = [host for host in self.hosts if named.rstrip("/") == f"https://{host}"]
        return urlunsplit(("https", known[0], here.path, here.query, "")) if known else None


@dataclass(frozen=True, slots=True)
class RefreshTokens:
    """What the pages of a provider say about its refresh tokens; `None` where they say nothing. Times are in seconds.

    `rotates`: a refresh returns another refresh token. `revokes_used`: the one that was presented is invalid from then
    on, at once or after `reuse_window`, in which a request whose response was lost may be repeated.
    `revokes_access_token`: a refresh revokes the old access token, so that it is made late. `lifetime` counts from the
    consent, whatever happens since; `idle_lifetime` counts from the last refresh.
    """

    rotates: bool | None = None
    revokes_used: bool | None = None
    reuse_window: int | None = None
    revokes_access_token: bool | None = None
    lifetime: int | None = None
    idle_lifetime: int | None = None


NOT_KNOWN = RefreshTokens()


@dataclass(frozen=True, slots=True)
class Preset:
    """One provider. URLs are templates over the parameters (`${tenant}`).

    `links` are the provider's own pages; `read` is the date (ISO 8601) on which they were compared with the row, or
    `None` for a row that no maintainer has compared yet.
    `authorization` are parameters of every authorization request, such as those without which there is no refresh
    token; `offline_scope` is the scope that has the same effect elsewhere. `default_lifetime`, in seconds, is for
    responses without one. `quirks` and `request` say how responses and requests differ from RFC 6749. `callback` names
    the token host of the user who consented; `callback_fields` are further parameters of the redirect, which can be
    published like members of the token response. `authorization_names` are the provider's names of parameters of the
    authorization request, and of `code` in the redirect; one whose name is empty is not sent. `pkce_plain`: the
    provider knows the method `plain` alone. `notes` are for the reader of the reference page. `codes` has a sentence
    for error codes of the provider, which says more than the reason; one of `links` documents them.
    """

    name: str
    links: tuple[str, ...]
    read: str | None
    token_url: str
    authorization_url: str
    revocation_url: str | None = None
    device_authorization_url: str | None = None
    issuer: str | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    client_authentication: ClientAuthentication | None = None
    scope_separator: str | None = None
    authorization: Mapping[str, str] = field(default_factory=dict)
    offline_scope: str | None = None
    header_prefix: str | None = None
    pkce: bool = True
    pkce_plain: bool = False
    refresh_tokens: RefreshTokens = NOT_KNOWN
    default_lifetime: int | None = None
    callback: TokenHostParameter | None = None
    callback_fields: tuple[str, ...] = ()
    authorization_names: Mapping[str, str] = field(default_factory=dict)
    quirks: Quirks = STANDARD
    request: RequestShape = STANDARD_SHAPE
    notes: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)

    def fill(self, template: str | None, given: Mapping[str, str]) -> str | None:
        """Fill a template; `None` where it needs a parameter that is not given."""
        if template is None:
            return None
        values = {name: self._value(name, given) for name in self.parameters}
        known = {name: value for name, value in values.items() if value is not None}
        try:
            return Template(template).substitute(known)
        except KeyError:
            return None

    def _value(self, name: str, given: Mapping[str, str]) -> str | None:
        parameter = self.parameters[name]
        value = given.get(name, parameter.default)
        return parameter.hosts.get(value, value) if value is not None else None
