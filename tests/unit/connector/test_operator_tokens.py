"""Which connectors may present the operator's own token, and to which hosts."""

from pathlib import Path

import pytest

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.references import OPERATOR_TOKEN, is_secret
from oauth_connector.connector.operator_tokens import OperatorToken, find_operator_token, limit_hosts
from oauth_connector.connector.status.problem import Problem

ENTRA = OperatorToken("api://entra", Path("/tokens/a"), frozenset({"shop", "crm"}), ("a.example", "b.example"))
OTHER = OperatorToken("https://b.example", Path("/tokens/b"), frozenset({"shop"}), ("b.example", "c.example"))


@pytest.mark.parametrize("namespace", ["shop", "crm"])
def test_a_connector_of_a_named_namespace_gets_the_token_of_its_audience(namespace: str) -> None:
    """The entry of the audience has the file and the hosts."""
    assert find_operator_token((OTHER, ENTRA), namespace, "api://entra") == ENTRA


@pytest.mark.parametrize(
    ("namespace", "audience"),
    [("crm", "https://b.example"), ("shop2", "api://entra"), ("shop", "api://ENTRA"), ("", "api://entra")],
)
def test_other_namespaces_and_audiences_get_none(namespace: str, audience: str) -> None:
    """Both are compared as they are: there are no patterns."""
    found = find_operator_token((OTHER, ENTRA), namespace, audience)
    assert isinstance(found, Problem)
    assert found.reason is Reason.OPERATOR_TOKEN_NOT_ALLOWED


def test_an_install_without_the_setting_has_no_token() -> None:
    """It is empty by default."""
    assert isinstance(find_operator_token((), "shop", "api://entra"), Problem)


def test_a_user_without_the_settings_may_pass_a_token() -> None:
    """Whether the operator allows it is not known on their machine."""
    found = find_operator_token(None, "shop", "api://entra")
    assert isinstance(found, OperatorToken)
    assert (found.file, found.hosts) == (None, None)


def test_two_tokens_in_one_request_go_to_hosts_that_may_get_both() -> None:
    """One request has one host."""
    assert limit_hosts((ENTRA, OTHER)) == ("b.example",)
    assert limit_hosts((ENTRA,)) == ("a.example", "b.example")
    assert limit_hosts(()) is None


def test_the_operators_token_cannot_have_the_name_of_a_secret() -> None:
    """The name of a Secret has no slash."""
    assert not is_secret(OPERATOR_TOKEN)
    assert is_secret("operator.token")
