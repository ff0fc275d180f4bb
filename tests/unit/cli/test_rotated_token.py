"""The file for the refresh token that replaces the presented one."""

from pathlib import Path

import pytest

from oauth_connector.cli.check import CheckOptions, run_check
from oauth_connector.cli.check_input import CheckInput
from oauth_connector.cli.usage_error import UsageError
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.diagnosis.step import DiagnosisStep, format_step
from oauth_connector.net.probe import ProbeResult
from oauth_connector.oauth.request_context import TLSOptions
from tests.support.builders import a_spec
from tests.support.fake_provider import FakeProvider, answer

SECRET = CredentialSecret(CredentialVersion("initial", "u", "1"), data={"refresh-token": b"first"})
SPEC = a_spec(
    grantType="RefreshToken",
    client={"id": "robot"},
    refreshToken={"secretRef": {"name": "initial", "key": "refresh-token"}},
)


async def reach(url: str, tls: TLSOptions) -> ProbeResult:
    """Connect to every server."""
    del url, tls
    return ProbeResult("login.example.com", 443, allowed=True)


async def check(provider: FakeProvider, file: Path) -> list[DiagnosisStep]:
    """Check a connector with an initial refresh token, and request a token."""
    manifest = {
        "apiVersion": "oauthconnector.dev/v1alpha1",
        "kind": "OAuthConnector",
        "metadata": {"name": "crm"},
        "spec": SPEC,
    }
    documents = CheckInput(manifest, {"initial": SECRET})
    options = CheckOptions(request_token=True, rotated_token=file)
    client = TokenClient(documents, provider, lambda: 1_800_000_000)
    return [step async for step in run_check(documents, options, client, reach)]


async def test_the_refresh_token_that_replaces_the_sent_one_is_stored(tmp_path: Path) -> None:
    """The file is readable by its owner only, and the output names it without the value."""
    provider, file = FakeProvider(), tmp_path / "next"
    provider.rotates = True
    steps = await check(provider, file)
    assert provider.requests[0]["refresh_token"] == ["first"]
    assert file.read_text() == "refresh-1"
    assert file.stat().st_mode & 0o777 == 0o600
    shown = "\n".join(format_step(step) for step in steps)
    assert "refresh-1" not in shown
    assert str(file) in shown


async def test_a_refresh_token_in_an_unusable_response_is_stored(tmp_path: Path) -> None:
    """The old one may be used up, although the response holds no access token."""
    provider, file = FakeProvider(), tmp_path / "next"
    provider.answer = answer(refresh_token="salvaged", token_type="Bearer")
    steps = await check(provider, file)
    assert any(step.passed is False for step in steps)
    assert file.read_text() == "salvaged"


async def test_nothing_is_sent_where_the_file_exists(tmp_path: Path) -> None:
    """A file is never overwritten, and a refresh token without a place for its successor is never sent."""
    provider, file = FakeProvider(), tmp_path / "next"
    file.write_text("older")
    with pytest.raises(UsageError, match="File exists"):
        await check(provider, file)
    assert provider.requests == []
    assert file.read_text() == "older"
