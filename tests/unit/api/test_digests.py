"""Digests, references and members of grants are derived from the model: what a field does not declare is an error."""

from typing import Annotated

import pytest
from pydantic import Field

from oauth_connector.api.schema.fields import Model
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.credentials import list_reference_paths, list_references, require_default_keys
from oauth_connector.api.v1alpha1.grant_member import require_members
from oauth_connector.api.v1alpha1.references import DefaultKey, SecretKeyReference
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from tests.support.builders import a_spec
from tests.support.manifests import samples


def the_spec(kind: type[OAuthConnectorSpec] = OAuthConnectorSpec, **changes: object) -> OAuthConnectorSpec:
    """Read a spec."""
    return kind.model_validate(a_spec(**changes), by_alias=True, by_name=False)


class SpecWithForgottenField(OAuthConnectorSpec):
    """A spec with a field that declares nothing."""

    forgotten: str | None = Field(None, description="A field.")


class SpecWithNewField(OAuthConnectorSpec):
    """A spec with a field that declares the digests that it enters."""

    assertion: Annotated[str | None, digests.IN_REQUEST_AND_CONSENT] = Field(None, description="A field.")


def test_a_field_without_a_declaration_is_an_error() -> None:
    """The check that is made at import names the field."""
    with pytest.raises(TypeError, match="no declaration of digests for forgotten"):
        digests.require_declarations(SpecWithForgottenField)


def test_every_field_of_the_spec_declares_its_digests() -> None:
    """The check accepts the spec itself."""
    digests.require_declarations(OAuthConnectorSpec)


def test_a_new_field_leaves_the_digests_of_existing_connectors() -> None:
    """A release with another field requests no token again where the field is absent."""
    assert the_spec(SpecWithNewField).request_digest == the_spec().request_digest
    assert digests.digest_grant(the_spec(SpecWithNewField)) == digests.digest_grant(the_spec())


def test_a_new_field_enters_the_digests_that_it_declares() -> None:
    """Where it is set, the request is another and so is the consent; the Secret is not."""
    without, given = the_spec(SpecWithNewField), the_spec(SpecWithNewField, assertion="a")
    assert given.request_digest != without.request_digest
    assert digests.digest_grant(given) != digests.digest_grant(without)
    assert given.output_digest == without.output_digest


def test_digests_keep_their_values() -> None:
    """A release that computes another value would request every token again; see `DIGEST_VERSION`."""
    spec = OAuthConnectorSpec.model_validate(samples("good")["everything"].manifest["spec"], by_alias=True)
    assert [spec.request_digest, digests.digest_grant(spec), spec.output_digest] == [
        "v1:4d1e9cfdc71040c449fda245d75925fb",
        "v1:429e45cea90855e3106c6e9ef7015bc7",
        "v1:a97eb0889ee6e5b433ecd07d21a115c5",
    ]


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
    assert dict(list_references(outer)) == {"inner.keyRef": ("a", "key")}
    assert list(list_reference_paths(Outer)) == ["inner.keyRef", "other.keyRef"]


class ReferencesInList(Model):
    """A model with a list of references."""

    key_refs: Annotated[tuple[SecretKeyReference, ...], DefaultKey("key")]


class ReferencesInMapping(Model):
    """A model with references in the values of a mapping."""

    key_refs: Annotated[dict[str, SecretKeyReference] | None, DefaultKey("key")] = None


class ModelsInList(Model):
    """A model with a list of models that have references."""

    key_refs: tuple[ReferencesInMapping, ...] = ()


@pytest.mark.parametrize("model", [ReferencesInList, ReferencesInMapping, ModelsInList])
def test_a_reference_in_a_collection_is_an_error(model: type[Model]) -> None:
    """References are not read from lists and mappings, so the check at import names such a field."""
    with pytest.raises(TypeError, match=r"\.key_refs has references in a collection"):
        require_default_keys(model)


def test_a_grant_without_a_member_for_its_credentials_is_an_error() -> None:
    """A grant that presents a user's password cannot be left without a field for it."""

    class WithoutMembers(Model):
        scopes: str | None = None

    with pytest.raises(TypeError, match=r"no member of WithoutMembers for .*Password"):
        require_members(WithoutMembers)
