"""The rules of `spec.client` that follow from a table: which fields a client authentication method needs and allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from oauth_connector.api.schema.fields import Model, Rule, cel_literal
from oauth_connector.oauth.client_auth.registry import ClientAuthentication


@dataclass(frozen=True, slots=True)
class MethodFields:
    """The fields of a client that belong to a method, as the API spells them.

    `credential` is the one that the method needs. Where a client sets it and no method, it implies the method, unless
    several methods need it.
    """

    credential: str | None = None
    allowed: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        """Return the names of all fields of the method."""
        return self.allowed | ({self.credential} if self.credential else frozenset())


MethodTable = Mapping[ClientAuthentication, MethodFields]


def imply_method(table: MethodTable, client: Model) -> ClientAuthentication:
    """Return the method of a client: its own, else the first one of the table whose credential the client has.

    The table ends with a method that needs no credential.
    """
    chosen: ClientAuthentication | None = getattr(client, "authentication")  # noqa: B009  # `ClientSpec` imports this
    held = (
        method for method, fields in table.items() if fields.credential is None or has_field(client, fields.credential)
    )
    return chosen or next(held)


def has_field(client: Model, name: str) -> bool:
    """Return whether a client has a field, by its name in the API."""
    return getattr(client, _map_attributes(type(client))[name]) is not None


@cache
def _map_attributes(client: type[Model]) -> Mapping[str, str]:
    """Return the attribute of each field, by its name in the API."""
    return {field.alias or attribute: attribute for attribute, field in client.model_fields.items()}


def render_confidential(table: MethodTable) -> str:
    """Return CEL over a spec: whether its client has a credential of any method (RFC 6749 §2.1)."""
    return f"(has(self.client) && ({' || '.join(f'has(self.client.{name})' for name in list_credentials(table))}))"


def list_credentials(table: MethodTable) -> list[str]:
    """List the fields that are credentials, each once."""
    return list(dict.fromkeys(fields.credential for fields in table.values() if fields.credential))


def build_method_rules(table: MethodTable) -> tuple[Rule[Model], ...]:
    """Return the rules: each method has its credential, and each field belongs to the method."""
    names = sorted(frozenset[str]().union(*(fields.all for fields in table.values())))
    needs = [(method, fields.credential) for method, fields in table.items() if fields.credential]
    return (
        *(_build_need(table, method, credential) for method, credential in needs),
        *(_build_limit(table, name) for name in names),
    )


def build_alone_rule(names: frozenset[str]) -> Rule[Model]:
    """Return the rule that `registration` stands in the place of these fields."""
    present = " || ".join(f"has(self.{name})" for name in sorted(names))
    return Rule(
        f"!has(self.registration) || !({present})",
        "stands alone, because the client gets its identifier and its credentials from the authorization server:"
        " remove the other fields, or remove registration",
        lambda client: not has_field(client, "registration") or not any(has_field(client, name) for name in names),
        "registration",
    )


def _build_need(table: MethodTable, method: ClientAuthentication, credential: str) -> Rule[Model]:
    """Return the rule that a method has its credential; beside `registration` the operator has one of its own."""
    return Rule(
        f"!has(self.authentication) || self.authentication != '{method.value}' || has(self.{credential})"
        " || has(self.registration)",
        f"{method.value} requires {credential}: set it, or change authentication",
        lambda client: (
            imply_method(table, client) is not method
            or has_field(client, credential)
            or has_field(client, "registration")
        ),
        "authentication",
    )


def _build_limit(table: MethodTable, name: str) -> Rule[Model]:
    methods = [method for method, fields in table.items() if name in fields.all]
    known = ", ".join(cel_literal(method.value) for method in methods)
    allowed = join_names([method.value for method in methods])
    return Rule(
        f"!has(self.{name}) || {_render_method(table)} in [{known}]",
        f"is allowed with authentication {allowed} only: remove it, or change authentication",
        lambda client: not has_field(client, name) or imply_method(table, client) in methods,
        name,
    )


def _render_method(table: MethodTable) -> str:
    """Return CEL over a client for `imply_method`."""
    cel = "has(self.authentication) ? self.authentication : "
    first = {fields.credential: method for method, fields in reversed(list(table.items()))}
    without = first.pop(None)
    cel += "".join(f"has(self.{name}) ? '{first[name].value}' : " for name in list_credentials(table))
    return f"({cel}'{without.value}')"


def join_names(names: Sequence[str]) -> str:
    """Return names as a text: `a`, `a or b`, `a, b or c`."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
