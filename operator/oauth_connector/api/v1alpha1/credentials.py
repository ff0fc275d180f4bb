"""References of a spec to credentials, found by walking its fields."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from oauth_connector.api.schema.fields import Model
from oauth_connector.api.v1alpha1.references import (
    ACCESS_TOKEN_KEY,
    ConnectorReference,
    Content,
    DefaultKey,
    HoldsToken,
    SecretKeyReference,
    TLSSecretReference,
)


def list_references(model: Model, prefix: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the path of each field that refers to a Secret, such as `client.secretRef`, with name and key there.

    A reference to several keys yields a path for each, such as `client.tlsSecretRef.tls.key`.
    """
    for path, field, value in _list_values(model, prefix):
        if isinstance(value, ConnectorReference):
            yield path, (value.effective_secret_name, ACCESS_TOKEN_KEY)
        elif isinstance(value, TLSSecretReference):
            yield from ((f"{path}.{key}", (value.name, key)) for key in value.keys)
        else:
            yield path, (value.name, value.key or _default_key(field) or "")


def list_connector_references(model: Model) -> Iterator[tuple[str, str]]:
    """Yield the path of each field that refers to a connector, such as `tokenExchange.subjectToken.connectorRef`.

    The name of the connector is beside it.
    """
    return ((path, value.name) for path, _, value in _list_values(model) if isinstance(value, ConnectorReference))


def list_token_references(model: Model) -> Iterator[str]:
    """Yield the path of each field that refers to a token."""
    for path, field, _ in _list_values(model):
        if any(isinstance(each, HoldsToken) for each in field.metadata):
            yield path


def _list_values(
    model: Model, prefix: str = ""
) -> Iterator[tuple[str, FieldInfo, SecretKeyReference | ConnectorReference | TLSSecretReference]]:
    """Yield each reference with its path and the declaration of its field."""
    for name, field in type(model).model_fields.items():
        value, path = getattr(model, name), f"{prefix}{field.alias}"
        if isinstance(value, SecretKeyReference | ConnectorReference | TLSSecretReference):
            yield path, field, value
        elif isinstance(value, Model):
            yield from _list_values(value, f"{path}.")


def list_reference_paths(model: type[Model], prefix: str = "") -> Iterator[str]:
    """Yield the path of each field of a model that may refer to a Secret, such as `client.secretRef`."""
    for path, _, _, _ in _list_fields(model, prefix):
        yield path


def list_connector_paths(model: type[Model]) -> Iterator[str]:
    """Yield the path of each field of a model that may refer to a connector."""
    return (path for path, _, _, kind in _list_fields(model) if issubclass(kind, ConnectorReference))


def list_file_paths(model: type[Model]) -> Iterator[str]:
    """Yield the path of each field of a model whose reference leads to the text of a file, such as `client.keyRef`."""
    for path, _, field, kind in _list_fields(model):
        if issubclass(kind, TLSSecretReference):
            yield from (f"{path}.{key}" for key in TLSSecretReference.keys)
        elif any(isinstance(each, DefaultKey) and each.content is Content.FILE for each in field.metadata):
            yield path


def require_default_keys(model: type[Model]) -> None:
    """Raise `TypeError` for a field that refers to a Secret and has no `DefaultKey`, or that does so in a list."""
    for _, name, field, kind in _list_fields(model):
        if _default_key(field) is None and not issubclass(kind, ConnectorReference | TLSSecretReference):
            raise TypeError(f"{name} has no default key")


def _list_fields(model: type[Model], prefix: str = "") -> Iterator[tuple[str, str, FieldInfo, type[Model]]]:
    """Yield path, name, declaration and kind of each field that may refer to a Secret.

    Raises `TypeError` for one in a list.

    `list_references` does not read lists and mappings, so a reference there would be neither read nor protected.
    """
    for name, field in model.model_fields.items():
        path, full_name = f"{prefix}{field.alias}", f"{model.__name__}.{name}"
        for kind, in_collection in list_models(field.annotation):
            is_reference = issubclass(kind, SecretKeyReference | ConnectorReference | TLSSecretReference)
            found = [(path, full_name, field, kind)] if is_reference else list(_list_fields(kind, f"{path}."))
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
