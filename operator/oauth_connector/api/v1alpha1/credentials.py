"""References of a spec to credentials, found by walking its fields."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

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


def list_reference_paths(model: type[Model], prefix: str = "") -> Iterator[str]:
    """Yield the path of each field of a model that may refer to a Secret, such as `client.secretRef`."""
    for path, _, _ in _list_fields(model, prefix):
        yield path


def require_default_keys(model: type[Model]) -> None:
    """Raise `TypeError` for a field that refers to a Secret and has no `DefaultKey`, or that does so in a list."""
    for _, name, field in _list_fields(model):
        if _default_key(field) is None:
            raise TypeError(f"{name} has no default key")


def _list_fields(model: type[Model], prefix: str = "") -> Iterator[tuple[str, str, FieldInfo]]:
    """Yield path, name and declaration of each field that may refer to a Secret. Raises `TypeError` for one in a list.

    `list_references` does not read lists and mappings, so a reference there would be neither read nor protected.
    """
    for name, field in model.model_fields.items():
        path, full_name = f"{prefix}{field.alias}", f"{model.__name__}.{name}"
        for kind, in_collection in list_models(field.annotation):
            is_reference = issubclass(kind, SecretKeyReference)
            found = [(path, full_name, field)] if is_reference else list(_list_fields(kind, f"{path}."))
            if found and in_collection:
                raise TypeError(f"{full_name} has references in a collection, which are not read")
            yield from found


def list_models(annotation: object, *, in_collection: bool = False) -> Iterator[tuple[type[Model], bool]]:
    """Yield the models that a value of this type may contain, each with whether a list or a mapping contains it."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation, in_collection
    inside = in_collection or get_origin(annotation) not in (None, UnionType, Union, Annotated)
    for argument in get_args(annotation):
        yield from list_models(argument, in_collection=inside)


def _default_key(field: FieldInfo) -> str | None:
    return next((each.key for each in field.metadata if isinstance(each, DefaultKey)), None)
