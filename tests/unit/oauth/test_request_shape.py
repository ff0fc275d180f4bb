"""Token requests that differ from RFC 6749; each with the page that demands it."""

import json
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import SecretStr

from oauth_connector.oauth.client_auth.basic import BasicClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.echoes import drop_echoes
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.request_shape import STANDARD_SHAPE, BodyFormat, Method, RequestShape
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token_request import (
    TokenRequest,
    TokenRequestParameters,
    build_token_request,
    fingerprint_request,
)

CONTEXT = RequestContext(0.0, "https://login.example.com/token?tenant=a")
CLIENT = PostClient("robot", SecretStr("s3cret"))
CODE = AuthorizationCode(SecretStr("c0de"), "https://connect.example.com/cb", None)
REFRESH = RefreshToken(SecretStr("r-1"))


def build(shape: RequestShape, grant: Grant = CODE, **parameters: object) -> TokenRequest:
    """Build a request of a shape."""
    given = TokenRequestParameters(shape=shape, **parameters)  # type: ignore[arg-type]  # by name
    return build_token_request(CONTEXT, grant, CLIENT, given)


def read(request: TokenRequest) -> dict[str, object]:
    """Return the parameters of a request, wherever they are."""
    if request.query:
        return dict(parse_qsl(request.query))
    headers = dict(request.headers)
    if headers["Content-Type"] == "application/json":
        parsed: dict[str, object] = json.loads(request.body)
        return parsed
    return dict(parse_qsl(request.body.decode()))


STANDARD = {"grant_type": "authorization_code", "code": "c0de", "redirect_uri": "https://connect.example.com/cb"}
CREDENTIALS = {"client_id": "robot", "client_secret": "s3cret"}
REDIRECT = {"redirect_uri": "https://connect.example.com/cb"}

SHAPES: dict[str, tuple[RequestShape, Grant, dict[str, object]]] = {
    "the standard": (STANDARD_SHAPE, CODE, {**STANDARD, **CREDENTIALS}),
    # the page of Notion, developers.notion.com/reference/create-a-token
    "a JSON object": (RequestShape(body_format=BodyFormat.JSON), CODE, {**STANDARD, **CREDENTIALS}),
    # developers.weixin.qq.com/doc/oplatform/en/Website_App/WeChat_Login/Wechat_Login.html
    "GET with other names (WeChat)": (
        RequestShape(method=Method.GET, parameter_names={"client_id": "appid", "client_secret": "secret"}),
        CODE,
        {**STANDARD, "appid": "robot", "secret": "s3cret"},
    ),
    # github.com/tiktok/tiktok-business-api-sdk/blob/main/js_sdk/docs/Oauth2AccessTokenBody.md
    "other names, and parameters that are not wanted (TikTok Business)": (
        RequestShape(
            body_format=BodyFormat.JSON,
            parameter_names={
                "client_id": "app_id",
                "client_secret": "secret",
                "code": "auth_code",
                "grant_type": "",
                "redirect_uri": "",
            },
        ),
        CODE,
        {"app_id": "robot", "secret": "s3cret", "auth_code": "c0de"},
    ),
    # github.com/basecamp/api/blob/master/sections/authentication.md
    "other words for the grant (Basecamp)": (
        RequestShape(
            parameter_names={"grant_type": "type"},
            grant_types={"authorization_code": "web_server", "refresh_token": "refresh"},
        ),
        REFRESH,
        {"type": "refresh", "refresh_token": "r-1", **CREDENTIALS},
    ),
    # developers.zoom.us/docs/internal-apps/s2s-oauth
    "another word for client credentials (Zoom)": (
        RequestShape(grant_types={"client_credentials": "account_credentials"}),
        ClientCredentials(),
        {"grant_type": "account_credentials", **CREDENTIALS},
    ),
    # developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
    "another name of the refresh token (Instagram)": (
        RequestShape(
            method=Method.GET,
            grant_types={"refresh_token": "ig_refresh_token"},
            parameter_names={"refresh_token": "access_token", "client_id": "", "client_secret": ""},
        ),
        REFRESH,
        {"grant_type": "ig_refresh_token", "access_token": "r-1"},
    ),
    # developers.weixin.qq.com/doc/service/api/webdev/access/api_snsrefreshtoken
    "a refresh without the secret (WeChat)": (
        RequestShape(
            method=Method.GET,
            parameter_names={"client_id": "appid", "client_secret": "secret"},
            refresh_omits=frozenset({"client_secret"}),
        ),
        REFRESH,
        {"grant_type": "refresh_token", "refresh_token": "r-1", "appid": "robot"},
    ),
    # help.dingtalk.io/open/development/obtain-user-token
    "names in camel case (DingTalk)": (
        RequestShape(
            body_format=BodyFormat.JSON,
            parameter_names={
                "client_id": "clientId",
                "client_secret": "clientSecret",
                "grant_type": "grantType",
                "redirect_uri": "",
            },
        ),
        CODE,
        {"clientId": "robot", "clientSecret": "s3cret", "grantType": "authorization_code", "code": "c0de"},
    ),
    # documentation.bamboohr.com/docs/openid-connect
    "a further parameter (BambooHR)": (
        RequestShape(parameters={"request": "token"}),
        CODE,
        {**STANDARD, **CREDENTIALS, "request": "token"},
    ),
    # developer.box.com and bullhorn.github.io/rest-api-docs: POST with the parameters in the query
    "POST with a query (Bullhorn)": (RequestShape(is_query=True), CODE, {**STANDARD, **CREDENTIALS}),
}


@pytest.mark.parametrize(("shape", "grant", "expected"), SHAPES.values(), ids=SHAPES)
def test_a_request_has_the_shape_of_the_provider(
    shape: RequestShape, grant: Grant, expected: dict[str, object]
) -> None:
    """Names, words, format and method are those of the provider, and nothing else is sent."""
    request = build(shape, grant)
    assert read(request) == expected
    assert request.method is shape.method


def test_a_query_is_added_to_that_of_the_endpoint() -> None:
    """The endpoint keeps its own parameters (RFC 6749 §3.2), there is no body, and thus no type of one."""
    request = build(RequestShape(method=Method.GET))
    assert request.url == "https://login.example.com/token?tenant=a"
    assert dict(parse_qsl(urlsplit(request.target).query)) == {"tenant": "a", **STANDARD, **CREDENTIALS}
    assert request.body == b""
    assert "Content-Type" not in dict(request.headers)


def test_the_target_of_a_form_is_the_endpoint_itself() -> None:
    """Without a query of its own, a request does not change its URL in any character."""
    context = replace(CONTEXT, token_endpoint="https://login.example.com/token?")
    request = build_token_request(context, CODE, CLIENT, TokenRequestParameters())
    assert request.target == request.url


def test_several_values_are_an_array_in_json() -> None:
    """RFC 8707 §2 allows several resources; an object has each name once."""
    request = build(RequestShape(body_format=BodyFormat.JSON), resources=("urn:a", "urn:b"))
    assert read(request)["resource"] == ["urn:a", "urn:b"]


def test_headers_are_added_and_replace_the_usual_ones() -> None:
    """A provider's header is sent; credentials of the client are never replaced."""
    # developers.notion.com/reference/versioning, reddit.com/wiki/api
    shape = RequestShape(headers={"Notion-Version": "2022-06-28", "accept": "application/vnd.api+json"})
    client = BasicClient("robot", SecretStr("s3cret"))
    request = build_token_request(CONTEXT, CODE, client, TokenRequestParameters(shape=shape))
    names = [name.lower() for name, _ in request.headers]
    assert sorted(names) == ["accept", "authorization", "content-type", "notion-version"]
    assert dict(request.headers)["accept"] == "application/vnd.api+json"


def test_a_parameter_of_a_spec_replaces_that_of_a_shape() -> None:
    """What a user sets overrides the preset."""
    request = build(RequestShape(parameters={"request": "token"}), extra={"request": "other"})
    assert read(request)["request"] == "other"


@pytest.mark.parametrize("sentence", SHAPES)
def test_no_shape_shows_a_secret(sentence: str) -> None:
    """Neither the text of a request nor the code of its refusal contains a secret, wherever it was sent."""
    shape, grant, _ = SHAPES[sentence]
    request = build(shape, grant)
    assert all(secret not in repr(request) for secret in ("s3cret", "c0de", "r-1"))
    shown = drop_echoes(Signal(Symptom.OAUTH_ERROR, 400, "x-s3cret-x", "s3cret"), request)
    assert (shown.oauth_error, shown.provider_code) == ("other", None)


def test_the_value_of_a_header_is_a_secret() -> None:
    """A header may contain a key: the value is not shown, nor a code that repeats it."""
    request = build(RequestShape(headers={"X-API-Key": "k3y-value"}))
    assert "k3y-value" not in repr(request)
    assert drop_echoes(Signal(Symptom.OAUTH_ERROR, 400, "k3y-value"), request).oauth_error == "other"


OTHERS = {
    "header": RequestShape(headers={"A": "b"}),
    "format": RequestShape(body_format=BodyFormat.JSON),
    "method": RequestShape(method=Method.GET),
    "query": RequestShape(is_query=True),
    "word": RequestShape(grant_types={"refresh_token": "refresh"}),
    "name": RequestShape(parameter_names={"client_id": "app"}),
    "parameter": RequestShape(parameters={"a": "b"}),
    "omitted": RequestShape(refresh_omits=frozenset({"client_secret"})),
}


@pytest.mark.parametrize("shape", OTHERS.values(), ids=OTHERS)
def test_another_shape_is_another_request(shape: RequestShape) -> None:
    """A request that was refused is tried again where its shape has changed, and is known again where it has not."""
    one, other, again = (
        fingerprint_request(b"salt", CONTEXT, CODE, CLIENT, TokenRequestParameters(shape=each))
        for each in (STANDARD_SHAPE, shape, shape)
    )
    assert one != other
    assert other == again
