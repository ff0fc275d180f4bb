"""Responses whose values stand elsewhere than RFC 6749 §5 has them; each with the page that shows it."""

import json
from typing import Any

import pytest

from oauth_connector.oauth.lifetimes import LifetimeSource
from oauth_connector.oauth.quirks import Places, Quirks
from oauth_connector.oauth.salvage import find_refresh_token
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_response import parse_token_response

NOW = 1_700_000_000.0


def answer(members: Any, status: int = 200) -> HTTPResponse:
    """Return a JSON response."""
    return HTTPResponse(status, {"content-type": "application/json"}, json.dumps(members).encode())


def shown(members: Any, quirks: Quirks) -> tuple[str, str | None, int | None, tuple[str, ...] | None]:
    """Return access token, refresh token, lifetime and scopes of a response."""
    token = parse_token_response(answer(members), quirks, NOW)
    assert isinstance(token, Token), token
    refresh_token = token.refresh_token.get_secret_value() if token.refresh_token else None
    return token.access_token.get_secret_value(), refresh_token, token.lifetime, token.scope


DOUYIN = Quirks(nested="data", result="/data/error_code", errors={"10007": "invalid_grant"})
FEISHU = Quirks(nested="data", result="/code", errors={"20037": "invalid_grant"})
WECHAT = Quirks(result="/errcode", errors={"40029": "invalid_grant", "42002": "invalid_grant", "45009": "slow_down"})
DINGTALK = Quirks(
    places=Places(access_token="/accessToken", refresh_token="/refreshToken", expires_in="/expireIn"),  # names
    error_places=("/code",),
    errors={"invalidclientidorsecret": "invalid_client"},
)
SLACK_USER = Quirks(places=Places(access_token="/authed_user/access_token"), bearer_types=frozenset({"user"}))

PLACES: dict[str, tuple[Quirks, Any, tuple[str, str | None, int | None, tuple[str, ...] | None]]] = {
    # douyin.apifox.cn/api-128967197
    "in `data`, with a result of zero beside it (Douyin)": (
        DOUYIN,
        {
            "data": {
                "access_token": "act.1",
                "error_code": 0,
                "description": "",
                "expires_in": 1_296_000,
                "refresh_token": "rft.1",
                "scope": "user_info",
            },
            "message": "success",
        },
        ("act.1", "rft.1", 1_296_000, ("user_info",)),
    ),
    # open.feishu.cn/document/historic-version/authen/create-oidc-access_token
    "in `data`, with a code of zero above it (Feishu, Lark)": (
        FEISHU,
        {"code": 0, "msg": "success", "data": {"access_token": "u-1", "refresh_token": "ur-1", "expires_in": 7200}},
        ("u-1", "ur-1", 7200, None),
    ),
    # open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/authentication-management/access-token/get-user-access-token
    "at the top, with a code of zero (Feishu v2)": (
        FEISHU,
        {"code": 0, "access_token": "u-1", "expires_in": 7200, "refresh_token": "ur-1", "scope": "a b"},
        ("u-1", "ur-1", 7200, ("a", "b")),
    ),
    # developers.weixin.qq.com/doc/oplatform/en/Website_App/WeChat_Login/Wechat_Login.html
    "with another separator, and no result at a success (WeChat)": (
        WECHAT,
        {"access_token": "a", "expires_in": 7200, "refresh_token": "r", "openid": "o", "scope": "snsapi_login,x"},
        ("a", "r", 7200, ("snsapi_login", "x")),
    ),
    # help.dingtalk.io/open/development/obtain-user-token
    "with names in camel case (DingTalk)": (
        DINGTALK,
        {"accessToken": "abcd", "refreshToken": "efgh", "expireIn": 7200, "corpId": "corp"},
        ("abcd", "efgh", 7200, None),
    ),
    # docs.slack.dev/authentication/installing-with-oauth
    "the token of the user, with the refresh token beside it (Slack)": (
        SLACK_USER,
        {
            "ok": True,
            "access_token": "xoxb-1",
            "refresh_token": "xoxe-bot",
            "token_type": "bot",
            "authed_user": {
                "access_token": "xoxp-1",
                "refresh_token": "xoxe-user",
                "token_type": "user",
                "expires_in": 43200,
            },
        },
        ("xoxp-1", "xoxe-user", 43200, None),
    ),
    # docs.slack.dev/authentication/using-token-rotation: the response to a refresh has it at the top
    "at the standard place, where the named one is empty (Slack's refresh)": (
        SLACK_USER,
        {"ok": True, "access_token": "xoxp-2", "refresh_token": "xoxe-2", "token_type": "user", "expires_in": 43200},
        ("xoxp-2", "xoxe-2", 43200, None),
    ),
    # developers.facebook.com/docs/instagram-platform/reference/refresh_access_token: it is refreshed by itself
    "the access token as the refresh token (Instagram)": (
        Quirks(places=Places(refresh_token="/access_token")),  # a place
        {"access_token": "IGQ", "token_type": "bearer", "expires_in": 5_183_944},
        ("IGQ", "IGQ", 5_183_944, None),
    ),
    # dev.twitch.tv/docs/authentication/getting-tokens-oauth
    "scopes as an array, in another object": (
        Quirks(places=Places(scope="/meta/scopes")),
        {"access_token": "a", "meta": {"scopes": ["chat:read", "chat:edit"]}},
        ("a", None, None, ("chat:read", "chat:edit")),
    ),
}


@pytest.mark.parametrize(("quirks", "members", "expected"), PLACES.values(), ids=PLACES)
def test_values_are_read_where_the_provider_puts_them(
    quirks: Quirks, members: Any, expected: tuple[str, str | None, int | None, tuple[str, ...] | None]
) -> None:
    """Tokens, lifetime and scopes are found, wherever the provider puts them."""
    assert shown(members, quirks) == expected


AT = Quirks(places=Places(expires_at="/meta/until"))
INSTANTS: dict[str, object] = {
    "seconds": NOW + 600,
    "milliseconds": int(NOW + 600) * 1000,
    "text": str(int(NOW + 600)),
    "RFC 3339": "2023-11-14T22:23:20Z",
    "RFC 3339 with another zone": "2023-11-14T23:23:20+01:00",
}


@pytest.mark.parametrize("value", INSTANTS.values(), ids=INSTANTS)
def test_a_point_in_time_is_read_in_each_notation(value: object) -> None:
    """Seconds, milliseconds and RFC 3339 give the same lifetime, and win over another `expires_in`."""
    token = parse_token_response(answer({"access_token": "a", "expires_in": 5, "meta": {"until": value}}), AT, NOW)
    assert isinstance(token, Token)
    assert (token.lifetime, token.lifetime_source) == (600, LifetimeSource.RESPONSE)


UNITS = {
    # developer.fiserv.com/product/MerchantWebServices/docs: fifteen minutes in milliseconds
    "milliseconds, however few": (Quirks(unit=0.001), 900_000, 900),
    "minutes": (Quirks(unit=60), 60, 3600),
}


@pytest.mark.parametrize(("quirks", "value", "seconds"), UNITS.values(), ids=UNITS)
def test_a_known_unit_is_no_guess(quirks: Quirks, value: int, seconds: int) -> None:
    """A provider that is known to count something else has the same lifetime as one that counts seconds."""
    token = parse_token_response(answer({"access_token": "a", "expires_in": value}), quirks)
    assert isinstance(token, Token)
    assert (token.lifetime, token.lifetime_source) == (seconds, LifetimeSource.RESPONSE)


ERRORS: dict[str, tuple[Quirks, Any, int, str, str | None]] = {
    # wohugb.gitbooks.io/wechat/content/qrconnent/step_two.html
    "a number (WeChat)": (WECHAT, {"errcode": 40029, "errmsg": "invalid code"}, 200, "invalid_grant", "40029"),
    "a number that means too many requests (WeChat)": (WECHAT, {"errcode": 45009}, 200, "slow_down", "45009"),
    "a number that is not known": (WECHAT, {"errcode": 48001, "errmsg": "unauthorized"}, 200, "other", None),
    # feishu.fate.red/historic-version/authen/create-oidc-access_token: any other code than zero is a failure
    "a number above an empty object (Feishu)": (
        FEISHU,
        {"code": 20037, "msg": "refresh_token has been used", "data": {}},
        200,
        "invalid_grant",
        "20037",
    ),
    "a number that is not known, with a server error": (FEISHU, {"code": 20050, "msg": "x"}, 500, "other", None),
    "a number within the object with the token (Douyin)": (
        DOUYIN,
        {"data": {"error_code": 10007, "description": "code expired", "access_token": ""}, "message": "error"},
        200,
        "invalid_grant",
        "10007",
    ),
    # help.dingtalk.io/open/development/obtain-user-token
    "a word in another member (DingTalk)": (
        DINGTALK,
        {"code": "invalidClientIdOrSecret", "requestid": "1", "message": "x"},
        400,
        "invalid_client",
        "invalidclientidorsecret",
    ),
    # github.com/josephgeis/fitgem/blob/master/.github/ISSUE_TEMPLATE.md
    "in a list (Fitbit)": (
        Quirks(error_places=("/errors/0/errorType",)),
        {"errors": [{"errorType": "invalid_request", "message": "Missing parameters"}], "success": False},
        400,
        "invalid_request",
        None,
    ),
    "below two other layers": (
        Quirks(error_places=("/error/details/0/code",), errors={"grant_dead": "invalid_grant"}),
        {"error": {"details": [{"code": "GRANT_DEAD"}]}},
        403,
        "invalid_grant",
        "grant_dead",
    ),
}


@pytest.mark.parametrize(("quirks", "members", "status", "error", "code"), ERRORS.values(), ids=ERRORS)
def test_an_error_is_found_in_each_layer(
    quirks: Quirks, members: Any, status: int, error: str, code: str | None
) -> None:
    """The signal has the code of RFC 6749 that the provider's own code means, and beside it the own code, if known."""
    signal = parse_token_response(answer(members, status), quirks)
    assert isinstance(signal, Signal), signal
    assert (signal.symptom, signal.oauth_error, signal.provider_code) == (Symptom.OAUTH_ERROR, error, code)


def test_a_result_that_is_a_failure_wins_over_a_token() -> None:
    """A response that states its failure has no usable token, whatever else it contains."""
    signal = parse_token_response(answer({"errcode": -1, "access_token": "a"}), WECHAT)
    assert isinstance(signal, Signal)


def test_a_provider_has_pauses_of_its_own() -> None:
    """Words for too many requests, with the time to wait, are data."""
    quirks = Quirks(pauses={"throttled": 90.0})
    signal = parse_token_response(answer({"error": "Throttled"}), quirks)
    assert isinstance(signal, Signal)
    assert (signal.symptom, signal.retry_after) == (Symptom.RATE_LIMITED, 90.0)


def test_a_refresh_token_of_an_unusable_response_is_found_at_its_place() -> None:
    """A rotated token must not be lost because it has another name."""
    response = answer({"accessToken": 7, "renewal": {"key": "r-2"}})
    quirks = Quirks(places=Places(refresh_token="/renewal/key"))  # a place
    found = find_refresh_token(response, quirks)
    assert found is not None
    assert found.get_secret_value() == "r-2"
