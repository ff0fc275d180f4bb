"""The shape of a preset: what a provider's endpoints are and how it differs from the standards."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from urllib.parse import urlsplit, urlunsplit

from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.quirks import STANDARD, Quirks


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a preset's addresses depend on: a pattern that the whole value matches, and one that serves as an example.

    `hosts` gives, for a parameter with few values, what stands for each in the templates.
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
        """Give where the code goes: the configured token URL, at the host that was named if that is a known one.

        `named` comes out of a browser. It may say `https://` and one of `hosts`, or the configured origin itself; for
        anything else there is no address, and the code must not be sent.
        """
        here = urlsplit(configured)
        if named is None or named.rstrip("/") == f"{here.scheme}://{here.netloc}":
            return configured
        known = [host for host in self.hosts if named.rstrip("/") == f"https://{host}"]
        return urlunsplit(("https", known[0], here.path, here.query, "")) if known else None


@dataclass(frozen=True, slots=True)
class Preset:
    """One provider. URLs are templates over the parameters (`${tenant}`); `links` are the provider's own pages.

    `authorization` are parameters of every authorization request, such as those without which there is no refresh
    token; `offline_scope` is the scope that has the same effect elsewhere. `revokes_old_token`: a refresh ends the old
    access token at once, so that it comes late. `default_lifetime`, in seconds, is for a provider that tells none.
    `callback` names the token host of the person who consented. `notes` are for the reader of the reference page.
    """

    name: str
    links: tuple[str, ...]
    token_url: str
    authorization_url: str
    revocation_url: str | None = None
    issuer: str | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    client_authentication: ClientAuthentication | None = None
    scope_separator: str | None = None
    authorization: Mapping[str, str] = field(default_factory=dict)
    offline_scope: str | None = None
    header_prefix: str | None = None
    pkce: bool = True
    revokes_old_token: bool = False
    default_lifetime: int | None = None
    callback: TokenHostParameter | None = None
    quirks: Quirks = STANDARD
    notes: tuple[str, ...] = ()

    def fill(self, template: str | None, given: Mapping[str, str]) -> str | None:
        """Fill a template; nothing where it needs a parameter that was not given."""
        if template is None:
            return None
        values = {name: self._value(name, given) for name in self.parameters}
        known = {name: value for name, value in values.items() if value is not None}
        try:
            return Template(template).substitute(known)
        except KeyError:
            return None

    def find_missing(self, given: Mapping[str, str]) -> list[str]:
        """Give the parameters that have no default and were not given."""
        return [name for name, known in self.parameters.items() if known.default is None and name not in given]

    def find_problem(self, given: Mapping[str, str]) -> str | None:
        """Say what is wrong with the parameters that a person gave, or nothing."""
        for name in given:
            if name not in self.parameters:
                return f"{self.name} has no parameter {name}"
        for name, parameter in self.parameters.items():
            value = given.get(name)
            if value is not None and re.fullmatch(parameter.pattern, value) is None:
                return f"{name} must be such as {parameter.example}"
        return None

    def _value(self, name: str, given: Mapping[str, str]) -> str | None:
        parameter = self.parameters[name]
        value = given.get(name, parameter.default)
        return parameter.hosts.get(value, value) if value is not None else None
