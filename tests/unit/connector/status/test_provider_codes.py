"""Codes of providers: each preset explains its own, with a page of the provider, in the message of the condition."""

import json

import pytest

from oauth_connector.api.names import READY
from oauth_connector.api.reason_messages import MAX_FACT_LENGTH
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.connector.observation import Attempt
from oauth_connector.connector.status.findings import Findings
from oauth_connector.connector.status.problem import of_signal
from oauth_connector.connector.status.report import report
from oauth_connector.oauth.error_codes import KNOWN
from oauth_connector.oauth.signals import RequestPhase, Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_response import parse_token_response
from oauth_connector.providers.registry import PRESETS
from tests.support.builders import NOW, a_connector, a_spec
from tests.support.presets import build_example_parameters

ENTRA = {"preset": "MicrosoftEntra", "parameters": {"tenant": "contoso.onmicrosoft.com"}}


def explain(provider: dict[str, object], status: int, **members: object) -> tuple[str, str | None]:
    """Return the message of `Ready`, and the code in status, after a response of a provider."""
    connector = a_connector(a_spec(provider=provider))
    response = HTTPResponse(status, {"content-type": "application/json"}, json.dumps(members).encode())
    signal = parse_token_response(response, connector.spec.provider.quirks)
    assert isinstance(signal, Signal)
    problem = of_signal(connector.spec, RequestPhase.TOKEN, signal)
    status_after = report(connector, Findings(NOW, problem=problem, attempt=Attempt((), connector.spec.request_digest)))
    ready = find_condition(status_after.conditions, READY)
    assert ready is not None
    assert status_after.last_error is not None
    return ready.message, status_after.last_error.provider_code


# learn.microsoft.com/entra/identity-platform/reference-error-codes; the responses are those of public issues
RESPONSES: dict[str, tuple[int, str, str, str]] = {
    # keycloak/keycloak issue 31294
    "a wrong secret": (401, "invalid_client", "AADSTS7000215", "not its ID"),
    "an expired secret": (401, "invalid_client", "AADSTS7000222", "has expired"),
    "an application of another directory": (400, "unauthorized_client", "AADSTS700016", "`client.id`"),
    "an unknown directory": (400, "invalid_request", "AADSTS90002", "parameter `tenant`"),
    "an unknown user": (400, "invalid_grant", "AADSTS50034", "user name"),
    "a wrong password": (400, "invalid_grant", "AADSTS50126", "password is wrong"),
    "a second factor": (400, "interaction_required", "AADSTS50076", "second factor"),
    "a scope": (400, "invalid_scope", "AADSTS70011", "/.default"),
    "no consent": (400, "invalid_grant", "AADSTS65001", "consented"),
    # learn.microsoft.com/answers/questions/1291600
    "a malformed request": (400, "invalid_grant", "AADSTS9002313", "`tokenParameters`"),
}


@pytest.mark.parametrize("sentence", RESPONSES)
@pytest.mark.parametrize("provider", [ENTRA, {"tokenURL": "https://login.microsoftonline.com/x/oauth2/v2.0/token"}])
def test_a_code_of_entra_is_explained_with_and_without_the_preset(sentence: str, provider: dict[str, object]) -> None:
    """The message says what the code means, and status contains the code."""
    status, error, code, words = RESPONSES[sentence]
    message, shown = explain(provider, status, error=error, error_description=f"{code}: c4n4ry. Trace ID: 1")
    assert shown == code
    assert f"error code {code}. " in message
    assert words in message
    assert "c4n4ry" not in message


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.codes])
def test_each_code_of_a_preset_is_in_the_message(name: str) -> None:
    """A preset explains the codes that its provider returns; another code has the sentence of its reason."""
    provider: dict[str, object] = {"preset": name, "parameters": build_example_parameters(PRESETS[name])}
    for code, meaning in PRESETS[name].codes.items():
        described = {"error": "invalid_grant", "error_description": f"{code}: x"}
        members = described if code.startswith("AADSTS") else {"error": code}
        assert meaning in explain(provider, 400, **members)[0]
    assert "error code" not in explain(provider, 400, error="no_license")[0]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_explains_codes(name: str) -> None:
    """Each sentence fits into an Event, and each code is one that the parser finds."""
    codes = PRESETS[name].codes
    assert codes
    assert all(len(meaning) <= MAX_FACT_LENGTH and meaning.endswith(".") for meaning in codes.values())
    assert {code for code in codes if not code.startswith("AADSTS")} <= KNOWN


def test_a_rejected_client_may_lack_the_grant_type() -> None:
    """Keycloak says `unauthorized_client` with 401 for both, and the message names the secret first."""
    message, _ = explain({"tokenURL": "https://login.example.com/token"}, 401, error="unauthorized_client")
    assert message.startswith("login.example.com rejects the client. Compare client id, client secret")
    assert "enable grantType ClientCredentials" in message


def test_a_word_of_another_provider_is_not_explained_without_a_preset() -> None:
    """`access_denied` means another thing at each provider."""
    message, _ = explain({"tokenURL": "https://login.example.com/token"}, 403, error="access_denied")
    assert "error code" not in message


def test_a_server_that_accepts_no_form_has_no_token_endpoint() -> None:
    """Status 415 without an OAuth error points to the URL (RFC 9110 §15.5.16), and not to scopes and tenant."""
    message, _ = explain({"tokenURL": "https://login.example.com/api"}, 415)
    assert "login.example.com accepts no form at this URL (HTTP status 415)" in message
