"""What the members of a spec that belong to one grant type have in common: `spec.password` and the others."""

import inspect
from abc import abstractmethod
from typing import ClassVar, get_args

from oauth_connector.api.schema.fields import Model, Rule, to_camel_case
from oauth_connector.api.v1alpha1.references import CredentialValues
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.registry import GRANTS, GrantType


class GrantMember(Model):
    """A member of a spec that is allowed only with its grant type."""

    grant_type: ClassVar[GrantType]

    @abstractmethod
    def build_grant(self, values: CredentialValues) -> Grant | None:
        """Build what the spec itself presents; `None` where a consent provides it.

        `values` contains the value of each reference.
        """

    def check_endpoint(self, values: CredentialValues, token_url: str | None) -> None:
        """Check that the credentials name no other token endpoint than the spec. Raises `UnusableValue`."""

    def describe_presented(self) -> str:
        """Return what the grant presents, in words and values of the spec, for the message of its refusal."""
        return ""


def required_rule(grant: GrantType, field: str) -> Rule[Model]:
    """Return the rule that a grant type requires its member of a spec."""
    name = to_camel_case(field)
    return Rule(
        f"self.grantType != '{grant.value}' || has(self.{name})",
        f"is required with grantType {grant.value}: set it",
        lambda spec: _grant_type(spec) is not grant or getattr(spec, field) is not None,
        name,
    )


def exclusive_rule(grant: GrantType, field: str) -> Rule[Model]:
    """Return the rule that a member of a spec is allowed only with its grant type."""
    name = to_camel_case(field)
    return Rule(
        f"self.grantType == '{grant.value}' || !has(self.{name})",
        f"is allowed with grantType {grant.value} only: remove it, or change grantType",
        lambda spec: _grant_type(spec) is grant or getattr(spec, field) is None,
        name,
    )


def _grant_type(spec: Model) -> GrantType:
    found: GrantType = getattr(spec, "grant_type")  # noqa: B009  # a member of the spec, which imports this module
    return found


def require_members(spec: type[Model]) -> None:
    """Raise `TypeError` for a grant whose credentials no member of a spec can hold."""
    held = {
        kind.grant_type
        for field in spec.model_fields.values()
        for kind in (field.annotation, *get_args(field.annotation))
        if isinstance(kind, type) and issubclass(kind, GrantMember)
    }
    supplied = {name: grant for name, grant in GRANTS.items() if not grant.needs_consent()}
    missing = [name for name, grant in supplied.items() if name not in held and inspect.signature(grant).parameters]
    if missing:
        raise TypeError(f"no member of {spec.__name__} for {', '.join(missing)}")
