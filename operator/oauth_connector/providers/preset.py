"""The shape of a preset: what a provider's endpoints are and how it differs from the standards."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from string import Template
from urllib.parse import urlsplit, urlunsplit

from oauth_connector.oauth.token import ClientAuthentication


class PresetName(StrEnum):
    """The providers that are known by name."""

    ZOHO = "Zoho"


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
class Callback:
    """A parameter of the redirect that names another token host, and the hosts that it may name: never any other."""

    name: str
    hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Preset:
    """One provider. URLs are templates over the parameters (`${tenant}`); `links` are the provider's own pages.

    `authorization` are parameters of every authorization request, such as those without which there is no refresh
    token; `offline_scope` is the scope that has the same effect elsewhere. `kills_old_token`: a refresh ends the old
    access token at once, so that it comes late. `callback` names the token host of the person who consented.
    """

    name: PresetName
    links: tuple[str, ...]
    issuer: str | None = None
    authorization_url: str | None = None
    token_url: str | None = None
    revocation_url: str | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    client_authentication: ClientAuthentication | None = None
    scope_separator: str | None = None
    authorization: Mapping[str, str] = field(default_factory=dict)
    offline_scope: str | None = None
    header_prefix: str | None = None
    pkce: bool = True
    kills_old_token: bool = False
    rotates: bool = False
    default_lifetime: int | None = None
    callback: Callback | None = None

    def filled(self, template: str | None, given: Mapping[str, str]) -> str | None:
        """Fill a template; nothing where it needs a parameter that was not given."""
        if template is None:
            return None
        values = {name: self._value(name, given) for name in self.parameters}
        known = {name: value for name, value in values.items() if value is not None}
        try:
            return Template(template).substitute(known)
        except KeyError:
            return None

    def missing(self, given: Mapping[str, str]) -> list[str]:
        """Give the parameters that have no default and were not given."""
        return [name for name, known in self.parameters.items() if known.default is None and name not in given]

    def token_url_at(self, redirected: Mapping[str, str], given: Mapping[str, str]) -> str | None:
        """Give the token endpoint at the host that a redirect's parameters name; nothing where that host is unknown.

        Whoever made the redirect chose the parameter: a host that is not listed would be sent the code and the secret.
        """
        told = redirected.get(self.callback.name) if self.callback else None
        standard = self.filled(self.token_url, given)
        if self.callback is None or told is None or standard is None:
            return None
        host = told.removeprefix("https://").rstrip("/").lower()
        return urlunsplit(urlsplit(standard)._replace(netloc=host)) if host in self.callback.hosts else None

    def complaint(self, given: Mapping[str, str]) -> str | None:
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
