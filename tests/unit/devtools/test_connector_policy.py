"""The admission policy of connectors is generated from the model, and covers every Secret reference of the spec."""

from typing import Annotated, Any

import pytest
from pydantic import Field

from devtools.generate.connector_policy import PATH, render_rules
from oauth_connector.api.schema.fields import Model
from oauth_connector.api.v1alpha1 import digests
from oauth_connector.api.v1alpha1.credentials import list_reference_paths, list_service_account_paths
from oauth_connector.api.v1alpha1.references import DefaultKey, SecretKeyReference, TLSSecretReference
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from tests.support.manifests import samples
from tests.support.yaml_documents import read_documents, read_yaml

POLICY = "oauth-connector-secrets"


class Assertion(Model):
    """The member of a grant that does not exist."""

    key_secret_ref: Annotated[SecretKeyReference, DefaultKey("key.pem"), digests.IN_REQUEST]


class SpecWithNewGrant(OAuthConnectorSpec):
    """A spec with the member of another grant."""

    saml_bearer: Assertion | None = Field(None, description="An assertion.")


def the_deployed_policy() -> dict[str, Any]:
    """Read the spec of the policy."""
    objects = read_documents(PATH.read_text(encoding="utf-8"))
    policies = [each for each in objects if each["kind"] == "ValidatingAdmissionPolicy"]
    found: dict[str, Any] = next(each["spec"] for each in policies if each["metadata"]["name"] == POLICY)
    return found


def the_rules(spec: type[Model]) -> dict[str, Any]:
    """Read the generated rules of a spec."""
    rules: dict[str, Any] = read_yaml(render_rules(spec))
    return rules


def validation_of(path: str, rules: dict[str, Any]) -> str:
    """Return the only expression that reads the name of a Secret from a path."""
    own, of_connector = (
        f"object.spec.{path}.name",
        f"object.spec.{path}.?secretName.orValue(object.spec.{path}.name + '-token')",
    )
    name = of_connector if path.endswith(".connectorRef") else own
    found = [each for each in rules["validations"] if f".name({name})" in each["expression"]]
    assert len(found) == 1
    assert found[0]["messageExpression"].endswith(f" + {name}")
    expression: str = found[0]["expression"]
    return expression


ACCOUNTS = frozenset(list_service_account_paths(OAuthConnectorSpec))


@pytest.mark.parametrize("path", [path for path in list_reference_paths(OAuthConnectorSpec) if path not in ACCOUNTS])
def test_a_reference_of_the_spec_requires_the_right_to_get_the_secret(path: str) -> None:
    """The deployed policy asks the authorizer about each Secret that a spec can name."""
    expression = validation_of(path, the_deployed_policy())
    assert "authorizer.group('').resource('secrets')" in expression
    assert expression.endswith(".check('get').allowed()")


@pytest.mark.parametrize("path", sorted(ACCOUNTS))
def test_a_reference_to_a_service_account_requires_the_right_to_create_its_token(path: str) -> None:
    """A user without this right could have the operator create one, and send it to a server of the user."""
    expression = validation_of(path, the_deployed_policy())
    assert "authorizer.group('').resource('serviceaccounts').subresource('token')" in expression
    assert expression.endswith(".check('create').allowed()")


def test_the_deployed_policy_has_one_validation_for_each_reference() -> None:
    """No reference of the spec is absent, and none of the policy belongs to a field that was removed."""
    assert the_deployed_policy()["validations"] == the_rules(OAuthConnectorSpec)["validations"]
    assert len(the_deployed_policy()["validations"]) == len(list(list_reference_paths(OAuthConnectorSpec)))


@pytest.mark.parametrize(
    "member", ["grantType", "provider", "client", "password", "refreshToken", "tokenExchange", "jwtBearer"]
)
def test_a_change_of_a_member_that_decides_what_is_sent_is_checked(member: str) -> None:
    """The deployed policy evaluates an update that changes the destination or a credential."""
    (condition,) = the_deployed_policy()["matchConditions"]
    assert f"object.spec.?{member} != oldObject.spec.?{member}" in condition["expression"]


def test_references_of_the_model_include_those_of_all_manifests() -> None:
    """A reference that the operator reads from a spec is one that the policy is generated from."""
    specs = [
        OAuthConnectorSpec.model_validate(each.manifest["spec"], by_alias=True) for each in samples("good").values()
    ]
    keys = tuple(f".{key}" for key in TLSSecretReference.keys)  # of a reference to several keys
    known = set(list_reference_paths(OAuthConnectorSpec))
    read = [path for spec in specs for path in spec.credential_references]
    assert {path if path in known else path.removesuffix(keys[0]).removesuffix(keys[1]) for path in read} == known


def test_a_reference_of_a_new_grant_requires_the_right_to_get_the_secret() -> None:
    """The generated rules contain a validation for the new reference, in addition to the present ones."""
    rules = the_rules(SpecWithNewGrant)
    expression = validation_of("samlBearer.keySecretRef", rules)
    assert expression.startswith("!object.spec.?samlBearer.?keySecretRef.hasValue() || ")
    assert rules["validations"][:-1] == the_deployed_policy()["validations"]


def test_a_change_of_the_member_of_a_new_grant_is_checked() -> None:
    """The generated condition compares the new member."""
    (condition,) = the_rules(SpecWithNewGrant)["matchConditions"]
    assert condition["expression"].endswith(" || object.spec.?samlBearer != oldObject.spec.?samlBearer")
