"""`oauth-connector check` introspects a token where the operator would (RFC 7662)."""

import pytest

from oauth_connector.cli.check import CheckOptions, run_check
from oauth_connector.cli.check_input import CheckInput
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.net.probe import ProbeResult
from oauth_connector.oauth.request_context import RequestContext, TLSOptions
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import a_spec
from tests.support.fake_provider import FakeProvider, answer

HEAD = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector"}
NOW = 1_700_000_000.0
TOKEN, INTROSPECTION = "https://login.example.com/token", "https://login.example.com/introspect"
STATED = answer(active=True, exp=int(NOW) + 600)


class Introspecting(FakeProvider):
    """A provider that states a lifetime by introspection alone."""

    def __init__(self, found: HTTPResponse) -> None:
        super().__init__()
        self.found = found

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Respond to an introspection, or to a token request."""
        if request.url == INTROSPECTION:
            return self.found
        self.answer = answer(access_token="t0ken", token_type="Bearer")
        return await super().send(request, context)


async def probe(url: str, tls: TLSOptions) -> ProbeResult:  # noqa: ARG001  # of the prober
    """Connect to nothing."""
    return ProbeResult("login.example.com", 443)


@pytest.mark.parametrize(
    ("found", "passed", "source"), [(STATED, True, "Introspection"), (answer(active=False), None, "Default")]
)
async def test_the_lifetime_is_that_of_introspection(found: HTTPResponse, passed: bool | None, source: str) -> None:  # noqa: FBT001  # a parameter of the test
    """The status has it; where it is not stated, the step says so, and the lifetime is assumed as by the operator."""
    spec = a_spec(provider={"tokenURL": TOKEN, "introspectionURL": INTROSPECTION})
    credential = CredentialSecret(CredentialVersion("robot", "uid", "1"), data={"client-secret": b"s3cret"})
    documents = CheckInput({**HEAD, "metadata": {"name": "crm"}, "spec": spec}, {"robot": credential})
    options = CheckOptions(request_token=True, clock=lambda: NOW)
    client = TokenClient(documents, Introspecting(found), lambda: NOW)
    steps = {step.name: step async for step in run_check(documents, options, client, probe)}
    assert steps["lifetime"].passed is passed
    assert steps["status"].facts["lifetime from"] == source
