"""Token requests that are not by the book, over real sockets: what arrives at the server, and what a log shows."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from pydantic import SecretStr

from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from oauth_connector.oauth.quirks import Quirks
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.request_shape import BodyFormat, Method, RequestShape
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_request import TokenRequestParameters, build_token_request
from oauth_connector.oauth.token_response import parse_token_response

CLIENT = PostClient("robot", SecretStr("c4n4ry-secret"))
CODE = AuthorizationCode(SecretStr("c4n4ry-code"), "https://connect.example.com/cb", None)


async def respond_as_wechat(request: web.Request) -> web.Response:
    """Respond as developers.weixin.qq.com/doc/oplatform/en/Website_App/WeChat_Login/Wechat_Login.html says."""
    if request.method != "GET" or request.query.get("appid") != "robot" or "tenant" not in request.query:
        return web.json_response({"errcode": 40013, "errmsg": "invalid appid"})
    if request.query.get("secret") != "c4n4ry-secret" or request.body_exists:
        return web.json_response({"errcode": 40125, "errmsg": "invalid appsecret"})
    return web.json_response({"access_token": "t-1", "expires_in": 7200, "refresh_token": "r-1", "scope": "a,b"})


async def respond_as_tiktok(request: web.Request) -> web.Response:
    """Respond as github.com/tiktok/tiktok-business-api-sdk, js_sdk/docs/Oauth2AccessTokenBody.md, says."""
    if request.content_type != "application/json" or request.headers.get("X-API-Key") != "c4n4ry-key":
        return web.json_response({"code": 40002, "message": "wrong request", "data": {}})
    body = json.loads(await request.text())
    if body != {"app_id": "robot", "secret": "c4n4ry-secret", "auth_code": "c4n4ry-code"}:
        return web.json_response({"code": 40001, "message": "wrong parameters", "data": {}})
    return web.json_response({"code": 0, "message": "OK", "data": {"access_token": "t-1", "advertiser_ids": [7]}})


@asynccontextmanager
async def serve() -> AsyncIterator[int]:
    """Serve both providers on a port of loopback."""
    app = web.Application()
    app.router.add_route("*", "/wechat", respond_as_wechat)
    app.router.add_route("*", "/tiktok", respond_as_tiktok)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


WECHAT = RequestShape(method=Method.GET, parameter_names={"client_id": "appid", "client_secret": "secret"})
TIKTOK = RequestShape(
    body_format=BodyFormat.JSON,
    parameter_names={
        "client_id": "app_id",
        "client_secret": "secret",
        "code": "auth_code",
        "grant_type": "",
        "redirect_uri": "",
    },
)
PROVIDERS = {
    "WeChat": ("/wechat?tenant=7", WECHAT, Quirks(result="/errcode")),
    "TikTok Business": ("/tiktok", TIKTOK, Quirks(nested="data", result="/code")),
}


async def request_token(path: str, shape: RequestShape, quirks: Quirks) -> Token | Signal:
    """Request a token with the client of the operator."""
    headers = {"X-API-Key": SecretStr("c4n4ry-key")}
    async with serve() as port:
        context = RequestContext(0.0, f"http://127.0.0.1:{port}{path}")
        parameters = TokenRequestParameters(shape=shape, headers=headers)
        request = build_token_request(context, CODE, CLIENT, parameters)
        allowed = AllowedDestination(cidr="127.0.0.0/8", ports=(port,), http=True)
        async with HTTPProviderClient(Egress([allowed])) as client:
            response = await client.send(request, context)
    return parse_token_response(response, quirks) if isinstance(response, HTTPResponse) else response


@pytest.mark.parametrize(("path", "shape", "quirks"), PROVIDERS.values(), ids=PROVIDERS)
async def test_a_provider_gets_what_it_demands(
    path: str, shape: RequestShape, quirks: Quirks, caplog: pytest.LogCaptureFixture
) -> None:
    """Method, query, format, names and headers arrive, and no log of any library shows a secret of them."""
    with caplog.at_level(logging.DEBUG):
        token = await request_token(path, shape, quirks)
    assert isinstance(token, Token), token
    assert token.access_token.get_secret_value() == "t-1"
    messages = [record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp")]
    assert not any("c4n4ry" in message for message in messages)


@pytest.mark.parametrize(("provider", "code"), [("WeChat", "40013"), ("TikTok Business", "other")])
async def test_the_standard_request_is_refused(provider: str, code: str) -> None:
    """The servers of this test demand the difference, and report a failure with status 200.

    The codes of a preset are known, also where a connector names the endpoints itself.
    """
    path, _, quirks = PROVIDERS[provider]
    signal = await request_token(path, RequestShape(), quirks)
    assert isinstance(signal, Signal)
    assert (signal.http_status, signal.oauth_error) == (200, code)
