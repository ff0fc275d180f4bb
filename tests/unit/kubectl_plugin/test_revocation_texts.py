"""What a revocation means differs by the grant."""

import pytest

from oauth_connector.kubectl_plugin.connector_view import ConnectorView
from oauth_connector.kubectl_plugin.revocation_texts import describe_consequence, describe_remaining_access
from oauth_connector.oauth.grants.registry import GRANTS, GrantType

CONSEQUENCES = {
    GrantType.AUTHORIZATION_CODE: "A user must consent again.",
    GrantType.DEVICE_CODE: "A user must consent again.",
    GrantType.REFRESH_TOKEN: "initial refresh token",
    GrantType.PASSWORD: "The operator then requests another token",
    GrantType.JWT_BEARER: "The operator then requests another token",
    GrantType.TOKEN_EXCHANGE: "The operator then requests another token",
    GrantType.CLIENT_CREDENTIALS: "The operator then requests another token",
}


def a_view(grant: str) -> ConnectorView:
    """Return a connector of a grant type."""
    return ConnectorView({"metadata": {"name": "crm"}, "spec": {"grantType": grant}})


@pytest.mark.parametrize("grant", GrantType)
def test_the_consequence_is_that_of_the_grant(grant: GrantType) -> None:
    """Only a grant that a user gave needs a user again."""
    text = describe_consequence(a_view(grant).renewal, "crm-token")
    assert text.startswith("All users of the token in Secret crm-token lose access. ")
    assert CONSEQUENCES[grant] in text
    assert ("consent" in text) == GRANTS[grant].needs_consent()


def test_an_unknown_grant_has_a_general_sentence() -> None:
    """A newer operator may know more grant types."""
    assert describe_consequence(a_view("Device").renewal, None) == "All users of its token lose access."
    assert describe_remaining_access(a_view("Device").renewal, "x").endswith("Revoke the access at the provider")


@pytest.mark.parametrize(
    ("grant", "result", "parts"),
    [
        (GrantType.AUTHORIZATION_CODE, "NoEndpoint", ("has no revocation endpoint", "in your account")),
        (GrantType.REFRESH_TOKEN, "Refused", ("refused the request or did not respond", "in the account")),
        (GrantType.CLIENT_CREDENTIALS, "NoEndpoint", ("has no revocation endpoint", "valid until it expires")),
        (GrantType.PASSWORD, None, ("refused the request or did not respond", "valid until it expires")),
    ],
)
def test_what_remains_to_be_done_is_stated(grant: GrantType, result: str | None, parts: tuple[str, str]) -> None:
    """The provider still has the grant or the token."""
    text = describe_remaining_access(a_view(grant).renewal, result)
    assert all(part in text for part in parts)
