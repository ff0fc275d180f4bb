"""Token requests of a connector whose spec says how they differ: headers, format, scopes and URL of a refresh."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.allowed_hosts import find_forbidden_url
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.controller.token_request_record import TokenRequestRecord
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import a_connector, a_spec
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_provider import FakeProvider, answer

TOKEN_URL, REFRESH_URL = "https://login.example.com/token", "https://login.example.com/again"
KEY = {"name": "X-API-Key", "valueFrom": {"secretKeyRef": {"name": "gateway", "key": "api-key"}}}
ODD = {
    "headers": [KEY, {"name": "X-API-Version", "value": "7"}],
    "bodyFormat": "JSON",
    "scopeOnRefresh": True,
    "refreshURL": REFRESH_URL,
}


class RecordingProvider(FakeProvider):
    """A provider that records each request as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[TokenRequest] = []

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Record a request."""
        self.sent.append(request)
        return await super().send(request, context)


class Setting:
    """A token client over fakes, with the Secrets of the client and of the gateway."""

    def __init__(self, api_key: bytes = b"k3y-value\n", **of_gateway: Any) -> None:
        self.provider, self.records = RecordingProvider(), list[TokenRequestRecord]()
        cluster = FakeCluster()
        cluster.add_credential("shop", "robot", client_secret=b"s3cret")
        version = CredentialVersion("gateway", "u2", "1")
        cluster.credentials["shop", "gateway"] = CredentialSecret(version, data={"api-key": api_key}, **of_gateway)
        self.client = TokenClient(
            cluster,
            self.provider,
            lambda: 1_800_000_000.0,
            on_token_request=self.records.append,
        )

    async def prepare(self, **request: Any) -> PreparedRequest | RequestFailed:
        """Prepare the request of a connector."""
        provider = {"tokenURL": TOKEN_URL, "request": request or ODD}
        return await self.client.prepare_request(a_connector(a_spec(provider=provider, scopes=["read"])))


async def prepare(setting: Setting, **request: Any) -> PreparedRequest:
    """Prepare a request that must be possible."""
    prepared = await setting.prepare(**request)
    assert isinstance(prepared, PreparedRequest), prepared
    return prepared


async def test_the_request_has_headers_and_format_of_the_spec() -> None:
    """The value of a header is read from its Secret when the request is sent, without the newline at its end."""
    setting = Setting()
    prepared = await prepare(setting)
    await setting.client.present_own(prepared)
    (sent,) = setting.provider.sent
    headers = dict(sent.headers)
    assert (headers["X-API-Key"], headers["X-API-Version"]) == ("k3y-value", "7")
    assert json.loads(sent.body) == {"grant_type": "client_credentials", "scope": "read"}
    assert sent.url == TOKEN_URL
    assert "k3y-value" not in repr(prepared)


async def test_a_refresh_has_its_own_url_and_the_scopes() -> None:
    """The refresh token is sent to the URL that the spec names for it, and the record has its host."""
    setting = Setting()
    prepared = await prepare(setting)
    await setting.client.present_grant(prepared, RefreshToken(SecretStr("r-1")))
    (sent,) = setting.provider.sent
    assert sent.url == REFRESH_URL
    assert json.loads(sent.body) == {"grant_type": "refresh_token", "refresh_token": "r-1", "scope": "read"}
    assert [record.host for record in setting.records] == ["login.example.com"]


HOSTS = {
    "only the token endpoint": (("login.example.com",), "refresh.example.com"),
    "only the other endpoint": (("refresh.example.com",), "login.example.com"),
}


@pytest.mark.parametrize(("allowed", "forbidden"), HOSTS.values(), ids=HOSTS)
def test_both_hosts_must_be_allowed(allowed: tuple[str, ...], forbidden: str) -> None:
    """A Secret is sent neither to a token endpoint nor to a preset's refresh URL that its annotation does not name."""
    urls = (TOKEN_URL, "https://refresh.example.com/again")
    refused = find_forbidden_url([a_secret(*allowed)], urls, required=False)
    assert refused is not None
    assert refused.reason is Reason.CREDENTIALS_NOT_ALLOWED
    assert refused.facts["host"] == forbidden
    both = a_secret("login.example.com", "refresh.example.com")
    assert find_forbidden_url([both], urls, required=False) is None


def a_secret(*allowed: str) -> CredentialSecret:
    """Return a Secret whose owner allows these hosts."""
    return CredentialSecret(CredentialVersion("gateway", "u2", "1"), data={}, allowed_hosts=allowed)


async def test_a_secret_is_not_sent_where_its_owner_does_not_allow() -> None:
    """The annotation is judged for the token endpoint and the refresh URL before any request."""
    refused = await Setting(allowed_hosts=("refresh.example.com",)).prepare()
    assert isinstance(refused, RequestFailed)
    assert refused.problem.reason is Reason.CREDENTIALS_NOT_ALLOWED
    assert isinstance(await Setting(allowed_hosts=("login.example.com",)).prepare(), PreparedRequest)


OTHER_SERVERS = {
    "another host": "https://evil.example/token",
    "a host below": "https://evil.login.example.com/token",
    "a host that begins with it": "https://login.example.com.evil.example/token",
    "another port": "https://login.example.com:8443/token",
    "another scheme": "http://login.example.com/token",
}


@pytest.mark.parametrize("url", OTHER_SERVERS.values(), ids=OTHER_SERVERS)
@pytest.mark.parametrize("named", [{"tokenURL": TOKEN_URL}, {"issuer": "https://login.example.com"}])
async def test_a_refresh_url_must_be_at_the_server_of_the_token_endpoint(named: dict[str, str], url: str) -> None:
    """Nothing is sent, not even the first request, and the sentence names the field; also after discovery."""
    setting = Setting()
    spec = a_spec(provider={**named, "request": {"refreshURL": url}})
    refused = await setting.client.request_token(a_connector(spec))
    assert isinstance(refused, RequestFailed)
    assert (refused.problem.reason, refused.problem.remedy) == (Reason.INVALID_SPEC, Remedy.FIX_SPEC)
    assert refused.problem.facts["field"] == "spec.provider.request.refreshURL"
    assert "must be at the server of the token endpoint" in refused.problem.facts["cure"]
    assert (setting.provider.sent, refused.attempt.outbound) == ([], False)


@pytest.mark.parametrize("url", ["https://LOGIN.example.com/again", "https://login.example.com:443/again"])
async def test_an_origin_may_be_written_in_several_ways(url: str) -> None:
    """Case and the default port do not matter (RFC 6454 §6.2)."""
    assert isinstance(await Setting().prepare(refreshURL=url), PreparedRequest)


@pytest.mark.parametrize(
    "value", [b"k\xc3\xa9y", b"a" * 8193, b" x"], ids=["not ASCII", "too long", "a space before it"]
)
async def test_a_value_that_no_header_can_contain_is_a_clear_error(value: bytes) -> None:
    """The message names the Secret and the key, and not the value."""
    refused = await Setting(value).prepare()
    assert isinstance(refused, RequestFailed)
    assert refused.problem.reason is Reason.CREDENTIALS_INVALID
    assert (refused.problem.facts["credential"], refused.problem.facts["key"]) == ("gateway", "api-key")
    assert "header" in str(refused.problem.facts["cause"])


async def test_a_place_of_the_spec_is_read() -> None:
    """The token is taken from where the spec says that it stands."""
    setting = Setting()
    setting.provider.answer = answer(data={"token": "t-1", "left": 600}, token_type="Own Word")
    response = {"accessToken": "/data/token", "expiresIn": "/data/left", "bearerTypes": ["own_word"]}
    connector = a_connector(a_spec(provider={"tokenURL": TOKEN_URL, "response": response}))
    obtained = await setting.client.request_token(connector)
    assert isinstance(obtained, TokenObtained), obtained
    assert obtained.response.access_token.get_secret_value() == "t-1"
    assert obtained.response.lifetime == 600
