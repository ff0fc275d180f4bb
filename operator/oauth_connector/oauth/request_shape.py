"""How the requests of a provider differ from RFC 6749: data, so that no code is written for one provider."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class BodyFormat(StrEnum):
    """How the parameters of a token request are written."""

    FORM = "Form"
    """`application/x-www-form-urlencoded` (RFC 6749 §3.2)."""
    JSON = "JSON"
    """An object with texts, and an array where a parameter has several values."""


class Method(StrEnum):
    """The method of a request: POST, as RFC 6749 §3.2 requires, or GET where a provider wants nothing else."""

    POST = "POST"
    GET = "GET"
    DELETE = "DELETE"
    """For a registration alone (RFC 7592 §2.3)."""


@dataclass(frozen=True, slots=True)
class RequestShape:
    """What differs in the requests to a token endpoint; the default is RFC 6749 §3.2.

    `headers` are sent beside the usual ones, and replace those of the same name. `is_query` sends the parameters in the
    query, which GET always does: access logs then contain credentials, so that it is for providers alone that read
    them nowhere else. `grant_types` gives the provider's word for a value of `grant_type`, and `parameter_names` its
    name of a parameter; a parameter whose name is empty is not sent. `parameters` are added to every token request, and
    give way to the extra ones of a spec. `scope_on_refresh`: the scopes are sent on a refresh, too (RFC 6749 §6 allows
    it). `refresh_url` is the endpoint for refresh tokens where it differs; in a preset it is a template.
    `refresh_omits` are parameters, by the names of the specifications, that it does not take, such as a secret.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body_format: BodyFormat = BodyFormat.FORM
    method: Method = Method.POST
    is_query: bool = False
    grant_types: Mapping[str, str] = field(default_factory=dict)
    parameter_names: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    scope_on_refresh: bool = False
    refresh_url: str | None = None
    refresh_omits: frozenset[str] = frozenset()

    @property
    def has_query(self) -> bool:
        """Return whether the parameters are sent in the query."""
        return self.is_query or self.method is Method.GET

    def merge_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers with others, which replace those of the same name in any case (RFC 9110 §5.1)."""
        replaced = {name.lower() for name in headers}
        return {**{name: value for name, value in self.headers.items() if name.lower() not in replaced}, **headers}

    def rename(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return parameters with the provider's names and words, without those that it does not want."""
        worded = (
            (name, self.grant_types.get(value, value) if name == "grant_type" else value) for name, value in pairs
        )
        named = ((self.parameter_names.get(name, name), value) for name, value in worded)
        return [(name, value) for name, value in named if name and value]

    def identity(self) -> tuple[object, ...]:
        """Return all that shapes a request, in a form that is equal for equal shapes."""
        maps = (self.headers, self.grant_types, self.parameter_names, self.parameters)
        omitted = (tuple(sorted(self.refresh_omits)),) if self.refresh_omits else ()
        return (self.body_format, self.method, self.is_query, *(tuple(sorted(each.items())) for each in maps), *omitted)


STANDARD_SHAPE = RequestShape()
