"""A client that presents the token of a ServiceAccount (RFC 7523 §2.2)."""

from dataclasses import replace

from pydantic import SecretStr

from oauth_connector.oauth.client_auth.workload_identity import WorkloadIdentityClient
from oauth_connector.oauth.request_context import RequestContext

CONTEXT = RequestContext(1_800_000_000.0, "https://login.example.com/token")
CLIENT = WorkloadIdentityClient("orders", "builder", "api://AzureADTokenExchange", SecretStr("e.y.j"))


def test_a_request_has_the_token_as_assertion() -> None:
    """The form has the parameters of RFC 7521 §4.2, and no header."""
    added = CLIENT.authenticate(CONTEXT)
    assert added.headers == ()
    assert dict(added.form) == {
        "client_id": "orders",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": "e.y.j",
    }


def test_a_client_is_known_again_by_its_account_and_audience() -> None:
    """The token differs in each request, so that it is no part of the identity."""
    assert replace(CLIENT, token=SecretStr("another")).identity() == CLIENT.identity()
    assert replace(CLIENT, account="other").identity() != CLIENT.identity()
    assert replace(CLIENT, audience="other").identity() != CLIENT.identity()


def test_the_token_is_not_shown() -> None:
    """A client in a log or an error shows no token."""
    assert "e.y.j" not in repr(CLIENT)
