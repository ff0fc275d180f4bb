"""References of a spec to credentials, found by walking its fields."""

from collections.abc import Iterator
from typing import get_args

from pydantic.fields import FieldInfo

from oauth_connector.api.schema.fields import Model
from oauth_connector.api.v1alpha1.references import DefaultKey, SecretKeyReference


def list_references(model: Model, prefix: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the path of each field that refers to a Secret, such as `client.secretRef`, with name and key there."""
    for name, field in type(model).model_fields.items():
        value, path = getattr(model, name), f"{prefix}{field.alias}"
        if isinstance(value, SecretKeyReference):
            yield path, (value.name, value.key or _default_key(field) or "")
        elif isinstance(value, Model):
            yield from list_references(value, f"{path}.")


def require_default_keys(model: type[Model]) -> None:
    """Raise `TypeError` for a field that refers to a Secret and has no `DefaultKey` among its metadata."""
    for name, field in model.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if kind is SecretKeyReference and _default_key(field) is None:
                raise TypeError(f"{model.__name__}.{name} has no default key")
            if isinstance(kind, type) and issubclass(kind, Model) and kind is not SecretKeyReference:
                require_default_keys(kind)


def _default_key(field: FieldInfo) -> str | None:
    return next((each.key for each in field.metadata if isinstance(each, DefaultKey)), None)
