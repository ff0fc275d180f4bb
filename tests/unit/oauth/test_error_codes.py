"""What is an OAuth error in a response, and what is the page of a framework, a gateway or a proxy."""

import json
from typing import Any

import pytest

from oauth_connector.oauth.error_codes import KNOWN, OTHER
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.statuses import classify_status
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_response import parse_token_response
from oauth_connector.providers.registry import PRESETS

JSON = "application/json"
PROBLEM = "application/problem+json"


def read(status: int, members: Any, kind: str = JSON) -> Signal:
    """Parse a response that must not be a token."""
    understood = parse_token_response(HTTPResponse(status, {"content-type": kind}, json.dumps(members).encode()))
    assert isinstance(understood, Signal)
    return understood


SPRING = {"timestamp": "2020-09-16T00:22:59.660+00:00", "message": "", "path": "/oauth/token"}


def strava(resource: str, field: str) -> dict[str, Any]:
    """Return the body with which Strava says that a parameter is invalid."""
    return {"message": "Bad Request", "errors": [{"resource": resource, "field": field, "code": "invalid"}]}


PAGES: dict[str, tuple[int, Any, Symptom]] = {
    # Spring Boot, DefaultErrorAttributes: gist.github.com/johnjqc/8d4e16a8dfa868a582f3bf98e56ad9f5
    "Spring Boot, 404": (404, {**SPRING, "status": 404, "error": "Not Found"}, Symptom.NOT_FOUND),
    "Spring Boot, 405": (405, {**SPRING, "status": 405, "error": "Method Not Allowed"}, Symptom.NOT_FOUND),
    "Spring Boot, 400": (400, {**SPRING, "status": 400, "error": "Bad Request"}, Symptom.CLIENT_ERROR),
    "Spring Boot, 401": (401, {**SPRING, "status": 401, "error": "Unauthorized"}, Symptom.UNAUTHORIZED),
    "Spring Boot, 403": (403, {**SPRING, "status": 403, "error": "Forbidden"}, Symptom.FORBIDDEN),
    "Spring Boot, 415": (415, {**SPRING, "status": 415, "error": "Unsupported Media Type"}, Symptom.CLIENT_ERROR),
    "Spring Boot, 500": (500, {**SPRING, "status": 500, "error": "Internal Server Error"}, Symptom.SERVER_ERROR),
    "Spring Boot, 503": (503, {**SPRING, "status": 503, "error": "Service Unavailable"}, Symptom.UNAVAILABLE),
    # Spring Security OAuth, UnauthorizedException: github.com/spring-attic/spring-security-oauth
    "Spring Security, 401": (
        401,
        {"error": "unauthorized", "error_description": "Full authentication is required"},
        Symptom.UNAUTHORIZED,
    ),
    # NestJS, built-in exceptions: docs.nestjs.com/exception-filters
    "NestJS": (404, {"statusCode": 404, "message": "Cannot POST /t", "error": "Not Found"}, Symptom.NOT_FOUND),
    # Fastify, default error handler: fastify.dev/docs/latest/Reference/Errors
    "Fastify": (
        404,
        {"message": "Route POST:/t not found", "error": "Not Found", "statusCode": 404},
        Symptom.NOT_FOUND,
    ),
    "Fastify, 415": (
        415,
        {"statusCode": 415, "code": "FST_ERR_CTP_INVALID_MEDIA_TYPE", "error": "Unsupported Media Type"},
        Symptom.CLIENT_ERROR,
    ),
    # hapi, boom: hapi.dev/module/boom
    "hapi": (429, {"statusCode": 429, "error": "Too Many Requests", "message": "x"}, Symptom.RATE_LIMITED),
    # Express, a usual handler: expressjs.com/en/guide/error-handling.html
    "Express": (404, {"error": {"message": "Not Found", "status": 404}}, Symptom.NOT_FOUND),
    "Express, a text": (500, {"error": "Something failed!"}, Symptom.SERVER_ERROR),
    # Django REST framework, FastAPI: django-rest-framework.org/api-guide/exceptions, fastapi.tiangolo.com
    "Django REST framework": (401, {"detail": "Authentication credentials were not provided."}, Symptom.UNAUTHORIZED),
    "FastAPI": (404, {"detail": "Not Found"}, Symptom.NOT_FOUND),
    "FastAPI, 422": (422, {"detail": [{"loc": ["body"], "type": "missing"}]}, Symptom.CLIENT_ERROR),
    # Ruby on Rails, ActionDispatch::PublicExceptions: api.rubyonrails.org
    "Rails": (404, {"status": 404, "error": "Not Found"}, Symptom.NOT_FOUND),
    "Rails, 500": (500, {"status": 500, "error": "Internal Server Error"}, Symptom.SERVER_ERROR),
    # Laravel, Symfony: laravel.com/docs/errors, symfony.com/doc/current/controller/error_pages.html
    "Laravel": (404, {"message": "The route oauth/token could not be found."}, Symptom.NOT_FOUND),
    "Symfony": (404, {"type": "https://tools.ietf.org/html/rfc2616#section-10", "title": "x"}, Symptom.NOT_FOUND),
    # API gateways: Amazon API Gateway, Kong, Tyk, Apigee, Azure API Management
    "Amazon API Gateway": (403, {"message": "Missing Authentication Token"}, Symptom.FORBIDDEN),
    "Kong": (404, {"message": "no Route matched with those values"}, Symptom.NOT_FOUND),
    "Tyk": (403, {"error": "Access to this API has been disallowed"}, Symptom.FORBIDDEN),
    "Azure API Management": (404, {"statusCode": 404, "message": "Resource not found"}, Symptom.NOT_FOUND),
    "Apigee": (500, {"fault": {"faultstring": "x", "detail": {"errorcode": "steps.js"}}}, Symptom.SERVER_ERROR),
    # Google front ends: cloud.google.com/apis/design/errors
    "Google API": (404, {"error": {"code": 404, "message": "x", "status": "NOT_FOUND"}}, Symptom.NOT_FOUND),
    "Google API, 503": (503, {"error": {"code": 503, "status": "UNAVAILABLE"}}, Symptom.UNAVAILABLE),
    "a number": (404, {"error": 404}, Symptom.NOT_FOUND),
    "a number in `code`": (400, {"code": 40001, "message": "x"}, Symptom.CLIENT_ERROR),
    "a number in `error`": (400, {"error": 400, "message": "x"}, Symptom.CLIENT_ERROR),
    # github.com/dreeveapp/dreeve/issues/662
    "Strava, another parameter": (403, strava("Application", "redirect_uri"), Symptom.FORBIDDEN),
    "Strava, another code": (
        403,
        {"errors": [{"resource": "Application", "field": "internal", "code": "forbidden"}]},
        Symptom.FORBIDDEN,
    ),
    "a sentence of a framework": (400, "Invalid request: no such route", Symptom.NOT_JSON),
    "a sentence of a gateway": (403, "Access denied: policy", Symptom.FORBIDDEN),
    "a sentence of a busy server": (429, "Invalid grant: slow down", Symptom.RATE_LIMITED),
    "a sentence of a failing server": (502, "Invalid grant: no upstream", Symptom.SERVER_ERROR),
    "a sentence with markup": (400, "Invalid grant: <b>x</b>", Symptom.NOT_JSON),
    "a truth value": (403, {"error": True, "message": "no"}, Symptom.FORBIDDEN),
    "words in another case": (404, {"error": "not_found"}, Symptom.NOT_FOUND),
}


@pytest.mark.parametrize("sentence", PAGES)
def test_the_error_of_a_framework_is_judged_by_its_status(sentence: str) -> None:
    """A word that neither RFC nor provider defines says no more than the status of its response."""
    status, members, symptom = PAGES[sentence]
    signal = read(status, members)
    assert (signal.symptom, signal.oauth_error, signal.http_status) == (symptom, None, status)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_a_problem_of_rfc_9457_is_judged_by_its_status(status: int) -> None:
    """ASP.NET Core and Spring 6 send `application/problem+json`, in which `type` and `status` are no OAuth codes."""
    members = {"type": "about:blank", "title": "x", "status": status, "traceId": "00-1-2-00"}
    assert read(status, members, PROBLEM).symptom is (classify_status(status) or Symptom.CLIENT_ERROR)


ERRORS: dict[str, tuple[int, Any, str]] = {
    "RFC 6749 §5.2": (400, {"error": "invalid_grant"}, "invalid_grant"),
    "RFC 6749 §5.2, with 401": (401, {"error": "invalid_client"}, "invalid_client"),
    "RFC 6749 §5.2, with 404": (404, {"error": "invalid_grant"}, "invalid_grant"),
    "RFC 6749 §5.2, with 500": (500, {"error": "invalid_grant"}, "invalid_grant"),
    "RFC 6749 §5.2, in upper case": (400, {"error": "INVALID_GRANT"}, "invalid_grant"),
    "RFC 8628 §3.5": (400, {"error": "slow_down"}, "slow_down"),
    "OpenID Connect Core §3.1.2.6": (400, {"error": "login_required"}, "login_required"),
    # github.com/HGData/mk-node-hubspot/issues/64
    "HubSpot": (
        400,
        {"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"},
        "bad_refresh_token",
    ),
    # dev.fitbit.com/build/reference/web-api/troubleshooting-guide/error-messages
    "Fitbit": (401, {"errors": [{"errorType": "invalid_client", "message": "x"}], "success": False}, "invalid_client"),
    # developers.facebook.com/docs/graph-api/guides/error-handling
    "Facebook": (400, {"error": {"code": 190, "type": "OAuthException", "message": "x"}}, "oauthexception"),
    "an object with a code": (400, {"error": {"code": "invalid_grant"}}, "invalid_grant"),
    "a code beside a phrase": (400, {"error": "Bad Request", "error_code": "invalid_grant"}, "invalid_grant"),
    # docs.slack.dev/reference/methods/oauth.v2.access
    "Slack": (200, {"ok": False, "error": "invalid_refresh_token"}, "invalid_refresh_token"),
    "GitHub": (200, {"error": "bad_verification_code", "error_uri": "https://x"}, "bad_verification_code"),
    # docs.apigee.com/api-platform/reference/policies/oauth-http-status-code-reference
    "Apigee Edge": (400, {"ErrorCode": "invalid_client", "Error": "ClientId is Invalid"}, "invalid_client"),
    "Apigee Edge, 401": (401, {"ErrorCode": "invalid_request", "Error": "Invalid client id : x."}, "invalid_request"),
    # github.com/ccpgames/sso-issues/issues/54
    "EVE Online": (400, {"error": "invalid_grant: Token is expired or invalid."}, "invalid_grant"),
    # github.com/supabase/auth/issues/2829
    "Supabase": (400, {"code": 400, "error_code": "refresh_token_not_found", "msg": "x"}, "refresh_token_not_found"),
    # docs.cloudbase.net/error-code/REFRESH_TOKEN_EXPIRED
    "CloudBase": (400, {"code": "REFRESH_TOKEN_EXPIRED", "message": "x"}, "refresh_token_expired"),
    # github.com/IBM-Cloud/bluemix-go/issues/129
    "IBM Cloud": (
        400,
        {"errorCode": "BXNIM0408E", "errorMessage": "Provided refresh token is expired", "context": {}},
        "bxnim0408e",
    ),
    # github.com/dreeveapp/dreeve/issues/1449, yihong0618/running_page/issues/523
    "Strava, refresh token": (400, strava("RefreshToken", "refresh_token"), "invalid_grant"),
    "Strava, code": (400, strava("AuthorizationCode", "code"), "invalid_grant"),
    # github.com/dreeveapp/dreeve/issues/372, iamstuartwilson/strava/issues/28
    "Strava, client ID": (400, strava("Application", "client_id"), "invalid_client"),
    "Strava, client secret": (401, strava("Application", ""), "invalid_client"),
    # github.com/ging/fiware-idm/issues/43, and controllers/oauth2/oauth2.js there
    "Keyrock": (400, "Invalid grant: refresh token is invalid", "invalid_grant"),
    "Keyrock, password": (400, "Invalid grant: user credentials are invalid", "invalid_grant"),
    "Keyrock, an earlier release": (
        500,
        {
            "statusCode": 400,
            "code": 400,
            "message": "Invalid grant: user credentials are invalid",
            "name": "invalid_grant",
        },
        "invalid_grant",
    ),
    # @node-oauth/oauth2-server, lib/errors
    "node-oauth2-server": (400, {"error": "Invalid grant: authorization code has expired"}, "invalid_grant"),
    # github.com/MicrosoftDocs/azure-docs/issues/43340
    "Azure AD B2C": (
        400,
        {"error": "access_denied", "error_description": "AADB2C90225: The username"},
        "access_denied",
    ),
    "a code that is not known": (400, {"error": "no_license"}, OTHER),
    "a success with a text": (200, {"error": "Something failed!"}, OTHER),
    "a success that is not ok": (200, {"ok": False}, OTHER),
}


@pytest.mark.parametrize("sentence", ERRORS)
def test_a_known_code_is_an_error_with_any_status(sentence: str) -> None:
    """Codes of an RFC or of a provider count wherever a server writes them, and keep the status for the verdict."""
    status, members, code = ERRORS[sentence]
    signal = read(status, members)
    assert (signal.symptom, signal.oauth_error, signal.http_status) == (Symptom.OAUTH_ERROR, code, status)


def test_the_codes_of_every_preset_are_known() -> None:
    """What a preset translates is also a code where a connector names the endpoints itself."""
    assert {code for preset in PRESETS.values() for code in preset.quirks.errors} <= KNOWN


def test_a_word_of_the_server_is_never_repeated() -> None:
    """A server that puts a secret it was sent into `error` does not put it into status."""
    for members in ({"error": "c4n4ry"}, {"error": {"code": "c4n4ry"}}, {"errors": [{"type": "c4n4ry"}]}):
        assert "c4n4ry" not in repr(read(400, members))
