"""Two client secrets while one is replaced: which one is sent, when, and what status says."""

from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.password import Password
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.revocation import Revocation
from oauth_connector.oauth.signals import RequestPhase, Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import a_connector, a_spec
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_provider import FakeProvider

REFUSED = HTTPResponse(401, {}, b'{"error": "invalid_client"}')
GRANTED = HTTPResponse(200, {}, b'{"access_token": "t", "token_type": "Bearer", "expires_in": 3600}')
INVALID_GRANT = HTTPResponse(400, {}, b'{"error": "invalid_grant"}')
LOST = Signal(Symptom.TIMEOUT, sent=True)
UNSENT = Signal(Symptom.TIMEOUT)
BOTH = {
    "id": "robot",
    "authentication": "Post",
    "secretRef": {"name": "robot"},
    "previousSecretRef": {"name": "robot", "key": "previous"},
}
REFRESH = RefreshToken(SecretStr("refresh"))


class AnsweringProvider(FakeProvider):
    """A provider that responds to each secret in its own way, and records the secrets."""

    def __init__(self, **answers: HTTPResponse | Signal) -> None:
        super().__init__()
        self.answers = answers
        self.secrets: list[str] = []

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:  # noqa: ARG002  # of the port
        """Respond."""
        (secret,) = parse_qs(request.body.decode())["client_secret"]
        self.secrets.append(secret)
        return self.answers[secret]


CONSENTED = a_spec(
    grantType="AuthorizationCode",
    client=BOTH,
    provider={"tokenURL": "https://login.example.com/token", "authorizationURL": "https://login.example.com/authorize"},
)


async def prepare(provider: FakeProvider, **secrets: bytes) -> tuple[TokenClient, PreparedRequest]:
    """Return the token client, and a request of a connector with both references."""
    cluster = FakeCluster()
    cluster.add_credential("shop", "robot", **({"client_secret": b"new", "previous": b"old"} | secrets))
    client = TokenClient(cluster, provider, lambda: 0.0)
    prepared = await client.prepare_request(a_connector(CONSENTED))
    assert isinstance(prepared, PreparedRequest)
    return client, prepared


async def test_accepted_secret_is_the_only_one_that_is_sent() -> None:
    """The previous secret is not sent where the provider accepts the client."""
    provider = AnsweringProvider(new=GRANTED)
    client, prepared = await prepare(provider)
    obtained = await client.present_grant(prepared, REFRESH)
    assert isinstance(obtained, TokenObtained)
    assert (provider.secrets, obtained.attempt.used_previous) == (["new"], False)


@pytest.mark.parametrize("grant", [ClientCredentials(), REFRESH])
async def test_previous_secret_is_tried_once_after_a_refusal(grant: Grant) -> None:
    """The token is obtained, and the attempt says with which secret; a refresh token is not spent by the refusal."""
    provider = AnsweringProvider(new=REFUSED, old=GRANTED)
    client, prepared = await prepare(provider)
    obtained = await client.present_grant(prepared, grant)
    assert isinstance(obtained, TokenObtained)
    assert (provider.secrets, obtained.attempt.used_previous) == (["new", "old"], True)


@pytest.mark.parametrize(
    ("second", "reason", "in_doubt"),
    [
        pytest.param(REFUSED, Reason.CREDENTIALS_REJECTED, False, id="both refused"),
        pytest.param(UNSENT, Reason.CREDENTIALS_REJECTED, False, id="second not sent"),
        pytest.param(INVALID_GRANT, Reason.REFRESH_TOKEN_REJECTED, False, id="grant refused"),
        pytest.param(LOST, Reason.PROVIDER_UNREACHABLE, True, id="second in doubt"),
    ],
)
async def test_failure_is_that_of_the_secret_which_decided(
    second: HTTPResponse | Signal, reason: Reason, *, in_doubt: bool
) -> None:
    """If neither is accepted, the first refusal counts, once; a later result about the grant is never lost."""
    client, prepared = await prepare(AnsweringProvider(new=REFUSED, old=second))
    failed = await client.present_grant(prepared, REFRESH)
    assert isinstance(failed, RequestFailed)
    assert (failed.problem.reason, failed.in_doubt) == (reason, in_doubt)


@pytest.mark.parametrize(
    "first",
    [INVALID_GRANT, LOST, HTTPResponse(401, {}, b""), HTTPResponse(503, {}, b'{"error": "invalid_client"}')],
)
async def test_no_other_failure_is_repeated(first: HTTPResponse | Signal) -> None:
    """Only an answer that refuses the client for certain leaves the grant as it was."""
    provider = AnsweringProvider(new=first, old=GRANTED)
    client, prepared = await prepare(provider)
    assert isinstance(await client.present_grant(prepared, REFRESH), RequestFailed)
    assert provider.secrets == ["new"]


@pytest.mark.parametrize(
    ("grant", "phase"),
    [
        (AuthorizationCode(SecretStr("code"), "https://connect.example.com/callback", SecretStr("verifier")), None),
        (Password(SecretStr("ann"), SecretStr("password")), None),
        (REFRESH, RequestPhase.INITIAL_REFRESH),
    ],
)
async def test_what_is_sent_once_is_not_repeated(grant: Grant, phase: RequestPhase | None) -> None:
    """A code, a password and an initial refresh token are sent once, whatever the refusal says."""
    provider = AnsweringProvider(new=REFUSED, old=GRANTED)
    client, prepared = await prepare(provider)
    assert isinstance(await client.present_grant(prepared, grant, phase), RequestFailed)
    assert provider.secrets == ["new"]


async def test_same_secret_is_not_tried_twice() -> None:
    """After the rotation both references may have the same value."""
    provider = AnsweringProvider(new=REFUSED)
    client, prepared = await prepare(provider, previous=b"new")
    assert isinstance(await client.present_grant(prepared, REFRESH), RequestFailed)
    assert provider.secrets == ["new"]


async def test_missing_previous_secret_is_no_failure() -> None:
    """The previous secret is removed when the rotation is done, perhaps before the reference."""
    cluster = FakeCluster()
    cluster.add_credential("shop", "robot", client_secret=b"new")
    client = TokenClient(cluster, AnsweringProvider(new=GRANTED), lambda: 0.0)
    for reference in ({"name": "robot", "key": "previous"}, {"name": "other"}):
        connector = a_connector(a_spec(client={**BOTH, "previousSecretRef": reference}))
        assert isinstance(await client.request_token(connector), TokenObtained)


async def test_revocation_is_repeated_with_the_previous_secret() -> None:
    """The provider refuses the new secret, and revokes the token for the old one."""
    done = HTTPResponse(200, {}, b"")
    provider = AnsweringProvider(new=REFUSED, old=done)
    client, prepared = await prepare(provider)
    result = await client.revoke(prepared, "https://login.example.com/revoke", SecretStr("t"), "access_token")
    assert (result, provider.secrets) == (Revocation.REVOKED, ["new", "old"])
    alone = replace(prepared, previous=None)
    refused = await client.revoke(alone, "https://login.example.com/revoke", SecretStr("t"), "access_token")
    assert refused is Revocation.REFUSED
