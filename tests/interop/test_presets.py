"""A preset from link to token and on to the API, by the operator's OAuth core, against what the provider does."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from pydantic import SecretStr

from devtools.authorization_servers.registrations import TLS
from oauth_connector.api.v1alpha1.parsing import parse_spec
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.effective import build_authorization_parameters, list_authorization_scopes
from oauth_connector.oauth.authorization import (
    AuthorizationGranted,
    AuthorizationRequest,
    ExpectedIssuer,
    compute_challenge,
    parse_redirect,
)
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.errors import FailureReason
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import RequestPhase, Signal
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_request import TokenRequestParameters, build_token_request
from oauth_connector.oauth.token_response import parse_token_response
from oauth_connector.oauth.verdicts import classify
from oauth_connector.providers.preset import TokenHostParameter
from tests.support.builders import a_spec
from tests.support.zoho import API, Zoho, zoho

BACK = "https://connect.example.com/oauth/callback/shop/crm"
VERIFIER = SecretStr("v" * 43)


@dataclass(frozen=True)
class Flow:
    """A connector that names the preset, and Zoho in two data centers; the user's account is in Europe."""

    zoho: Zoho
    session: aiohttp.ClientSession
    client: Client
    spec: OAuthConnectorSpec

    @property
    def callback(self) -> TokenHostParameter:
        """The preset's callback, with the hosts of the imitation in the place of Zoho's."""
        known = self.spec.provider.known
        assert known is not None
        assert known.callback is not None
        return replace(known.callback, hosts=frozenset(urlsplit(at).netloc for at in self.zoho.origins.values()))

    async def consent(self) -> AuthorizationGranted:
        """Open the link of the spec, and parse the redirect."""
        request = AuthorizationRequest(
            endpoint=self.spec.provider.effective_authorization_url or "",
            client_id=self.client.id,
            redirect_uri=BACK,
            scope=self.spec.separator.join(list_authorization_scopes(self.spec)),
            code_challenge=compute_challenge(VERIFIER.get_secret_value()) if self.spec.needs_pkce else None,
            parameters=tuple(build_authorization_parameters(self.spec).items()),
        )
        url = request.build_url("a-state")
        while not url.startswith(BACK):
            async with self.session.get(url, allow_redirects=False) as answer:
                assert answer.status == 302, await answer.text()
                url = answer.headers["Location"]
        pairs = [(name, value) for name, value in parse_qsl(urlsplit(url).query) if name != "state"]
        granted = parse_redirect(pairs, ExpectedIssuer(), keep=(self.callback.name,))
        assert isinstance(granted, AuthorizationGranted)
        return granted

    async def ask(self, url: str, grant: Grant) -> Token | Signal:
        """Make a token request as the spec has it."""
        request = build_token_request(RequestContext(0.0, url), grant, self.client, TokenRequestParameters())
        async with self.session.post(request.url, headers=dict(request.headers), data=request.body) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            response = HTTPResponse(answer.status, headers, await answer.read())
        return parse_token_response(response, self.spec.provider.quirks)

    async def connect(self) -> tuple[str, Token]:
        """Consent, and exchange the code at the data center of the redirect; return the token URL and the token."""
        granted = await self.consent()
        named = granted.extra.get(self.callback.name)
        url = self.callback.choose_token_url(self.spec.provider.effective_token_url or "", named)
        assert url is not None
        token = await self.ask(url, AuthorizationCode(granted.code, BACK, VERIFIER))
        assert isinstance(token, Token), token
        return url, token


def spec_of(server: Zoho, identifier: str) -> OAuthConnectorSpec:
    """Return the spec of a connector whose client is registered in the United States."""
    client: dict[str, Any] = {"id": identifier, "secretRef": {"name": "zoho"}}
    spec = parse_spec(
        a_spec(
            grantType="AuthorizationCode",
            provider=server.provider("us"),
            client=client,
            scopes=["ZohoCRM.modules.ALL", "ZohoCRM.users.READ"],
        )
    )
    assert isinstance(spec, OAuthConnectorSpec), spec
    return spec


@pytest.fixture
async def flow(tls: TLS) -> AsyncIterator[Flow]:
    """Start Zoho with a certificate, and register a client."""
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=tls.ca))
    async with (
        zoho(("us", "eu"), home="eu", tls=tls, at_once=True) as server,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        registered = server.accounts.register(BACK)
        spec = spec_of(server, registered.id)
        client = spec.build_client({"client.secretRef": SecretStr(registered.secret)})
        yield Flow(server, session, client, spec)


async def test_zoho_from_link_to_api(flow: Flow) -> None:
    """The code is sent to the user's data center, and its API accepts the token with Zoho's own prefix."""
    url, token = await flow.connect()
    assert url == f"{flow.zoho.origins['eu']}/oauth/v2/token"
    assert flow.zoho.token_calls == [("eu", "authorization_code")]
    assert (token.lifetime, token.refresh_token is not None) == (3600, True)
    domain = token.fields["api_domain"].get_secret_value()
    header = f"{flow.spec.effective_header_prefix} {token.access_token.get_secret_value()}"
    async with flow.session.get(domain + API, headers={"Authorization": header}) as answer:
        assert answer.status == 200


async def test_zoho_gives_a_refresh_token_at_every_consent(flow: Flow) -> None:
    """The preset asks for offline access with a new consent, without which the second time gives none."""
    first, second = [(await flow.connect())[1].refresh_token for _ in range(2)]
    assert first is not None
    assert second is not None
    assert first != second


async def test_zoho_refreshes_and_throttles(flow: Flow) -> None:
    """Ten refreshes give tokens; the eleventh is a limit to be waited for, and no refusal of the grant."""
    url, token = await flow.connect()
    assert token.refresh_token is not None
    grant = RefreshToken(token.refresh_token)
    for _ in range(10):
        refreshed = await flow.ask(url, grant)
        assert isinstance(refreshed, Token)
        assert refreshed.refresh_token is None
    limited = await flow.ask(url, grant)
    assert isinstance(limited, Signal)
    assert limited.retry_after == 600
    assert classify(GrantType.REFRESH_TOKEN, RequestPhase.TOKEN, limited).reason is FailureReason.RATE_LIMITED


async def test_zoho_reports_a_revoked_grant(flow: Flow) -> None:
    """`invalid_code`, with status 200, is the standard's `invalid_grant`."""
    url, token = await flow.connect()
    assert token.refresh_token is not None
    flow.zoho.accounts.forget()
    refused = await flow.ask(url, RefreshToken(token.refresh_token))
    assert isinstance(refused, Signal)
    assert (refused.http_status, refused.oauth_error, refused.provider_code) == (200, "invalid_grant", "invalid_code")


async def test_zoho_refuses_a_wrong_secret(flow: Flow) -> None:
    """With status 200 as well; it is the credentials that are wrong."""
    granted = await flow.consent()
    wrong_client = replace(flow, client=flow.spec.build_client({"client.secretRef": SecretStr("wrong")}))
    refused = await wrong_client.ask(
        f"{flow.zoho.origins['eu']}/oauth/v2/token", AuthorizationCode(granted.code, BACK, VERIFIER)
    )
    assert isinstance(refused, Signal)
    assert (
        classify(GrantType.CLIENT_CREDENTIALS, RequestPhase.TOKEN, refused).reason is FailureReason.CREDENTIALS_REJECTED
    )


async def test_a_data_center_that_is_not_listed_gets_no_code(flow: Flow) -> None:
    """With Zoho's own list the other data center of the imitation is unknown, and the code has no address."""
    granted = await flow.consent()
    known = flow.spec.provider.known
    assert known is not None
    assert known.callback is not None
    configured = flow.spec.provider.effective_token_url or ""
    assert known.callback.choose_token_url(configured, granted.extra[known.callback.name]) is None
    assert known.callback.choose_token_url(configured, flow.zoho.origins["us"]) == configured
