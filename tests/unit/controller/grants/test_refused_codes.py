"""A code that the provider refuses: the consent states the cause and the cure, and the command that waits shows it."""

import pytest

from oauth_connector.oauth.token import HTTPResponse
from tests.support.consenting import consent
from tests.support.fake_provider import answer
from tests.support.world import KEY, World

CAUSES: dict[str, tuple[HTTPResponse, str]] = {
    "a wrong client secret": (answer(401, error="invalid_client"), "Compare client id, client secret"),
    # keycloak/keycloak issue 16923
    "a wrong client secret at Keycloak": (answer(401, error="unauthorized_client"), "Compare client id, client secret"),
    "a bare 401": (HTTPResponse(401, {}, b""), "Compare client id, client secret"),
    "an invalid code": (answer(400, error="invalid_grant"), "The code has expired or was used before"),
    "a used code at GitHub": (answer(200, error="bad_verification_code"), "The code has expired or was used before"),
    "a grant type that is not enabled": (answer(400, error="unauthorized_client"), "Enable the grant type"),
    "another tenant": (
        answer(400, error="unauthorized_client", error_description="AADSTS700016: x"),
        "error code AADSTS700016. The directory does not contain this application.",
    ),
}


@pytest.mark.parametrize("sentence", CAUSES)
async def test_a_refused_code_is_reported_with_its_cause(consenting: World, sentence: str) -> None:
    """The message of the consent names the cure, and not a condition that only says that a user must consent."""
    consenting.rotating.fault, words = CAUSES[sentence]
    await consenting.run()
    await consent(consenting)
    (seen,) = [each for each in consenting.cluster.consents.values() if each.connector == KEY]
    assert seen.reason == "CodeRejected"
    message = seen.status.conditions[0].message
    assert words in message
    assert "condition Ready" not in message
    assert message.endswith("Run `kubectl oauth authorize crm` again.")
    assert len(consenting.rotating.requests) == 1
