"""`oauth-connector check` compares the annotation of a Secret with the token endpoint that the operator would use."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from oauth_connector.cli.check import CheckOptions, run_check
from oauth_connector.cli.check_input import CheckInput
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.diagnosis.outside import open_outside
from oauth_connector.diagnosis.step import DiagnosisStep
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.settings.operator import Settings
from tests.support.builders import a_spec


@pytest.fixture
async def issuer() -> AsyncIterator[str]:
    """Serve the metadata of an issuer whose token endpoint is at another host."""
    app = web.Application()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)

    async def metadata(request: web.Request) -> web.Response:
        endpoint = f"http://localhost:{request.url.port}/token"
        return web.json_response({"issuer": str(request.url.origin()), "token_endpoint": endpoint})

    app.add_routes([web.get("/.well-known/oauth-authorization-server", metadata)])
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def check(provider: dict[str, str], *allowed_hosts: str) -> dict[str, DiagnosisStep]:
    """Check a connector whose Secret may be sent to these hosts. Return the steps by name."""
    connector = {
        "apiVersion": "oauthconnector.dev/v1alpha1",
        "kind": "OAuthConnector",
        "metadata": {"name": "crm"},
        "spec": a_spec(provider=provider),
    }
    version = CredentialVersion("robot", "local", "1")
    secret = CredentialSecret(version, data={"client-secret": b"s3cret"}, allowed_hosts=allowed_hosts)
    port = int(next(iter(provider.values())).split(":")[2].split("/")[0])
    allowed = AllowedDestination(host="127.0.0.1", ports=(port,), http=True)
    settings = Settings(allowed_destinations=(allowed,))
    documents = CheckInput(connector, {"robot": secret})
    async with open_outside(settings, documents) as (client, probe):
        return {step.name: step async for step in run_check(documents, CheckOptions(), client, probe)}


async def test_the_host_of_the_discovered_token_endpoint_is_allowed(issuer: str) -> None:
    """The operator sends the Secret to the discovered host, so the host of the issuer needs no permission."""
    steps = await check({"issuer": issuer}, "localhost")
    assert list(steps) == ["fields", "secrets", "dns", "connection", "clock", "discovery", "status"]
    assert [name for name, step in steps.items() if not step.passed] == ["status"], (
        "without a request it judges nothing"
    )


async def test_a_discovered_token_endpoint_at_another_host_is_an_error(issuer: str) -> None:
    """A Secret for the host of the issuer alone is not sent to the discovered host."""
    steps = await check({"issuer": issuer}, "127.0.0.1")
    assert [name for name, step in steps.items() if step.passed is False] == ["hosts"]
    assert steps["hosts"].text.startswith("CredentialsNotAllowed: ")
    assert "localhost" in steps["hosts"].text


async def test_a_token_endpoint_in_the_spec_at_another_host_is_an_error(issuer: str) -> None:
    """A token endpoint that the spec names is compared without a discovery."""
    steps = await check({"tokenURL": f"{issuer}/token"}, "login.example.com")
    assert [name for name, step in steps.items() if step.passed is False] == ["hosts"]
    assert steps["hosts"].text.startswith("CredentialsNotAllowed: ")
