"""References of a spec to credentials, found by walking its fields."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from annotated_types import MaxLen
from pydantic.fields import FieldInfo

from oauth_connector.api.schema.fields import Model
from oauth_connector.api.v1alpha1.references import (
    ACCESS_TOKEN_KEY,
    ConnectorReference,
    Content,
    DefaultKey,
    HoldsToken,
    SecretKeyReference,
    ServiceAccountReference,
    TLSSecretReference,
)

Reference = SecretKeyReference | ConnectorReference | TLSSecretReference | ServiceAccountReference
"""Every kind of reference to something that is presented to a provider."""

MOST_ITEMS = 8
"""Items of a list that refers to Secrets, at most: all of them are evaluated for each connector."""


@dataclass(frozen=True, slots=True)
class FoundReference:
    """A reference of a spec: its path, such as `client.secretRef`, the declaration of its field, and its value."""

    path: str
    field: FieldInfo
    value: Reference

    @property
    def is_token(self) -> bool:
        """Return whether the field refers to a token."""
        return any(isinstance(each, HoldsToken) for each in self.field.metadata)


def list_credentials(references: Iterable[FoundReference]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the path of each reference to a Secret, such as `client.secretRef`, with name and key there.

    A reference to several keys yields a path for each, such as `client.tlsSecretRef.tls.key`. A ServiceAccount has the
    audience of its token as key.
    """
    for each in references:
        path, value = each.path, each.value
        if isinstance(value, ConnectorReference):
            yield path, (value.effective_secret_name, ACCESS_TOKEN_KEY)
        elif isinstance(value, TLSSecretReference):
            yield from ((f"{path}.{key}", (value.name, key)) for key in value.keys)
        elif isinstance(value, ServiceAccountReference):
            yield path, (value.credential_name, value.audience)
        else:
            yield path, (value.name, value.key or _default_key(each.field) or "")


def find_references(model: Model, prefix: str = "") -> Iterator[FoundReference]:
    """Yield each reference in a spec, or in a part of it."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if value is None:  # most fields of most specs
            continue
        path = f"{prefix}{field.alias}"
        if isinstance(value, Reference):
            yield FoundReference(path, field, value)
        elif isinstance(value, Model):
            yield from find_references(value, f"{path}.")
        elif isinstance(value, tuple):
            for place, item in enumerate(value):
                if isinstance(item, Model):
                    yield from find_references(item, f"{path}[{place}].")


def list_reference_paths(model: type[Model], prefix: str = "") -> Iterator[str]:
    """Yield the path of each field of a model that may refer to a Secret, such as `client.secretRef`.

    A field of the items of a list has one path for each place, such as `provider.request.headers[0].valueFrom`.
    """
    for path, _, _, _ in _list_fields(model, prefix):
        yield path


def list_service_account_paths(model: type[Model]) -> Iterator[str]:
    """Yield the path of each field of a model that may refer to a ServiceAccount."""
    return (path for path, _, _, kind in _list_fields(model, "") if issubclass(kind, ServiceAccountReference))


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
    """Raise `TypeError` for a field that refers to a Secret and has no `DefaultKey`, or that no policy can protect."""
    for _, name, field, kind in _list_fields(model):
        if _default_key(field) is None and issubclass(kind, SecretKeyReference):
            raise TypeError(f"{name} has no default key")


def _list_fields(model: type[Model], prefix: str = "") -> Iterator[tuple[str, str, FieldInfo, type[Model]]]:
    """Yield path, name, declaration and kind of each field that may refer to a Secret.

    Raises `TypeError` for a reference in a mapping, or in a list that is not short: the admission policy evaluates each
    place with an expression of its own, because one expression may ask for two permissions at most.
    """
    for name, field in model.model_fields.items():
        path, full_name = f"{prefix}{field.alias}", f"{model.__name__}.{name}"
        for kind, in_collection in list_models(field.annotation):
            is_reference = issubclass(kind, Reference)
            if not in_collection:
                yield from [(path, full_name, field, kind)] if is_reference else _list_fields(kind, f"{path}.")
            elif is_reference or list(_list_fields(kind)):
                for place in range(0 if is_reference else _find_most_items(field)):
                    yield from _list_fields(kind, f"{path}[{place}].")
                if is_reference or not 0 < _find_most_items(field) <= MOST_ITEMS:
                    raise TypeError(f"{full_name} has references in a collection, which are not read")


def _find_most_items(field: FieldInfo) -> int:
    """Return how many items a list has at most; zero for a mapping, and for a list without a bound."""
    return next((most for part in _list_parts(field.annotation) if (most := _read_bound(part))), 0)


def _list_parts(annotation: object) -> Iterator[object]:
    """Yield an annotation, and those within a union or an `Annotated`."""
    yield annotation
    if get_origin(annotation) in (UnionType, Union, Annotated):
        for part in get_args(annotation):
            yield from _list_parts(part)


def _read_bound(annotation: object) -> int:
    """Return the `max_length` of an annotated list."""
    kind, *bounds = get_args(annotation) if get_origin(annotation) is Annotated else (None,)
    if get_origin(kind) is not tuple:
        return 0
    metadata = [each for bound in bounds if isinstance(bound, FieldInfo) for each in bound.metadata]
    return next((each.max_length for each in metadata if isinstance(each, MaxLen)), 0)


def list_models(annotation: object, *, in_collection: bool = False) -> Iterator[tuple[type[Model], bool]]:
    """Yield the models that a value of this type may contain, each with whether a list or a mapping contains it."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation, in_collection
    inside = in_collection or get_origin(annotation) not in (None, UnionType, Union, Annotated)
    for argument in get_args(annotation):
        yield from list_models(argument, in_collection=inside)


def _default_key(field: FieldInfo) -> str | None:
    return next((each.key for each in field.metadata if isinstance(each, DefaultKey)), None)
