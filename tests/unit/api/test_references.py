"""References and members of grants are derived from the model: what a field does not declare is an error."""

from typing import Annotated

import pytest
from pydantic import Field

from oauth_connector.api.schema.fields import Model
from oauth_connector.api.v1alpha1.credentials import (
    find_references,
    list_credentials,
    list_reference_paths,
    require_default_keys,
)
from oauth_connector.api.v1alpha1.grant_member import require_members
from oauth_connector.api.v1alpha1.references import DefaultKey, SecretKeyReference


def test_a_reference_without_a_default_key_is_an_error() -> None:
    """The check that is made at import names the model and the field, however deep it is."""

    class Inner(Model):
        key_ref: SecretKeyReference | None = None

    class Outer(Model):
        inner: Inner | None = None

    with pytest.raises(TypeError, match=r"Inner\.key_ref has no default key"):
        require_default_keys(Outer)


def test_references_are_found_wherever_they_are() -> None:
    """A new member's references are read without being listed anywhere."""

    class Inner(Model):
        key_ref: Annotated[SecretKeyReference | None, DefaultKey("key")] = None

    class Outer(Model):
        inner: Inner
        other: Inner | None = None

    outer = Outer(inner=Inner(key_ref=SecretKeyReference(name="a")))
    assert dict(list_credentials(find_references(outer))) == {"inner.keyRef": ("a", "key")}
    assert list(list_reference_paths(Outer)) == ["inner.keyRef", "other.keyRef"]


class Item(Model):
    """An item of a list, with a reference."""

    key_ref: Annotated[SecretKeyReference | None, DefaultKey("key")] = None


class ItemsWithBound(Model):
    """A model with a short list of items."""

    items: Annotated[tuple[Item, ...], Field(max_length=2)] | None = None


def test_references_in_a_short_list_are_found_at_each_place() -> None:
    """Each place of the list has a path of its own, so that a policy can have an expression for it."""
    require_default_keys(ItemsWithBound)
    assert list(list_reference_paths(ItemsWithBound)) == ["items[0].keyRef", "items[1].keyRef"]
    model = ItemsWithBound(items=(Item(), Item(key_ref=SecretKeyReference(name="b"))))
    assert dict(list_credentials(find_references(model))) == {"items[1].keyRef": ("b", "key")}


class LongList(Model):
    """A model with a list of more items than one policy can evaluate."""

    key_refs: Annotated[tuple[Item, ...], Field(max_length=9)] | None = None


class ListWithoutBound(Model):
    """A model with a list of items without a bound."""

    key_refs: tuple[Item, ...] = ()


class ReferencesInList(Model):
    """A model with a list of references."""

    key_refs: Annotated[tuple[SecretKeyReference, ...], DefaultKey("key")]


class ReferencesInMapping(Model):
    """A model with references in the values of a mapping."""

    key_refs: Annotated[dict[str, SecretKeyReference] | None, DefaultKey("key")] = None


class ModelsInList(Model):
    """A model with a list of models that have references."""

    key_refs: tuple[ReferencesInMapping, ...] = ()


@pytest.mark.parametrize("model", [ReferencesInList, ReferencesInMapping, ModelsInList, LongList, ListWithoutBound])
def test_a_reference_in_a_collection_is_an_error(model: type[Model]) -> None:
    """References are not read from mappings and long lists, so the check at import names such a field."""
    with pytest.raises(TypeError, match=r"\.key_refs has references in a collection"):
        require_default_keys(model)


def test_a_grant_without_a_member_for_its_credentials_is_an_error() -> None:
    """A grant that presents a user's password cannot be left without a field for it."""

    class WithoutMembers(Model):
        scopes: str | None = None

    with pytest.raises(TypeError, match=r"no member of WithoutMembers for .*Password"):
        require_members(WithoutMembers)
