"""`oauth-connector check` shows where the consent of a user begins, as the operator would find it."""

import pytest

from oauth_connector.cli.check import CheckOptions, run_check
from oauth_connector.cli.check_input import CheckInput
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.diagnosis.step import DiagnosisStep
from oauth_connector.net.probe import ProbeResult
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import RequestContext, TLSOptions
from tests.support.builders import a_spec
from tests.support.fake_provider import FakeProvider
from tests.support.world import CONSENT_POLICY

HEAD = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector"}
ISSUER = "https://login.example.com"
BARE = ServerMetadata(ISSUER, f"{ISSUER}/token")
COMPLETE = ServerMetadata(
    ISSUER,
    f"{ISSUER}/token",
    f"{ISSUER}/authorize",
    device_authorization_endpoint=f"{ISSUER}/device",
    pushed_request_endpoint=f"{ISSUER}/par",
)


class Discovered(FakeProvider):
    """A provider with these metadata."""

    def __init__(self, metadata: ServerMetadata) -> None:
        super().__init__()
        self._metadata = metadata

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata:
        """Return the metadata."""
        del issuer, context
        return self._metadata


async def probe(url: str, tls: TLSOptions) -> ProbeResult:  # noqa: ARG001  # of the prober
    """Connect to nothing."""
    return ProbeResult("login.example.com", 443)


async def check(
    grant_type: str, metadata: ServerMetadata, provider: dict[str, str] | None = None
) -> list[DiagnosisStep]:
    """Check a connector of a public client, with the settings of an operator that has a consent server."""
    client = {"id": "robot", "authentication": "None"}
    spec = a_spec(grantType=grant_type, provider=provider or {"issuer": ISSUER}, client=client)
    documents = CheckInput({**HEAD, "metadata": {"name": "crm"}, "spec": spec}, {})
    options = CheckOptions(consent_policy=CONSENT_POLICY)
    token_client = TokenClient(documents, Discovered(metadata), lambda: 1_700_000_000.0)
    return [step async for step in run_check(documents, options, token_client, probe)]


@pytest.mark.parametrize(
    ("grant_type", "facts"),
    [
        ("DeviceCode", {"device authorization endpoint": f"{ISSUER}/device"}),
        (
            "AuthorizationCode",
            {"authorization endpoint": f"{ISSUER}/authorize", "requests are pushed to": f"{ISSUER}/par"},
        ),
    ],
)
async def test_the_endpoint_where_a_consent_begins_is_shown(grant_type: str, facts: dict[str, str]) -> None:
    """With the one to which the request is pushed first."""
    steps = {step.name: step for step in await check(grant_type, COMPLETE)}
    assert (steps["discovery"].passed, steps["discovery"].facts) == (True, facts)


@pytest.mark.parametrize("grant_type", ["DeviceCode", "AuthorizationCode"])
async def test_a_server_where_no_consent_can_begin_fails_the_step(grant_type: str) -> None:
    """It is found before a user is sent there."""
    steps = {step.name: step for step in await check(grant_type, BARE)}
    assert steps["discovery"].passed is False
    assert steps["discovery"].text.startswith("UnsupportedGrantType: The metadata of the authorization server contain")


async def test_no_redirect_uri_is_to_be_registered_for_a_device() -> None:
    """The grant has none (RFC 8628); that of a browser is shown."""
    assert "redirect" not in {step.name for step in await check("DeviceCode", COMPLETE)}
    assert "redirect" in {step.name for step in await check("AuthorizationCode", COMPLETE)}


async def test_a_resource_whose_server_lists_no_pkce_fails_the_step() -> None:
    """The operator sends no user there, and the step has the message of the consent."""
    steps = {step.name: step for step in await check("AuthorizationCode", COMPLETE, {"resource": f"{ISSUER}/mcp"})}
    assert steps["discovery"].text.startswith("PKCEUnsupported: ")
