"""The link that a user opens, for connectors that name a preset."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.oauth.authorization import AuthorizationRequest
from tests.support.consent_links import request_for


def link(request: ConsentRequest) -> tuple[str, dict[str, str]]:
    """Return the URL of the link, and its query."""
    parameters = [(each.name, each.value) for each in request.parameters]
    url = AuthorizationRequest(
        request.authorization_endpoint,
        request.client_id,
        request.redirect_uri,
        request.scope or "",
        request.code_challenge,
        parameters,
    ).build_url("a-state")
    return url.split("?", 1)[0], dict(parse_qsl(urlsplit(url).query))


LINKS: dict[str, tuple[dict[str, Any], dict[str, Any], str, dict[str, str | None]]] = {
    "Zoho": (
        {"preset": "Zoho", "parameters": {"dataCenter": "eu"}},
        {"scopes": ["ZohoCRM.modules.READ", "ZohoCRM.users.READ"]},
        "https://accounts.zoho.eu/oauth/v2/auth",
        {
            "scope": "ZohoCRM.modules.READ,ZohoCRM.users.READ",
            "access_type": "offline",
            "prompt": "consent",
            "code_challenge_method": "S256",
        },
    ),
    "Google": (
        {"preset": "Google"},
        {"scope": "openid email", "authorizationCode": {"parameters": {"login_hint": "ann@example.com"}}},
        "https://accounts.google.com/o/oauth2/v2/auth",
        {"scope": "openid email", "access_type": "offline", "prompt": "consent", "login_hint": "ann@example.com"},
    ),
    "Entra": (
        {"preset": "MicrosoftEntra", "parameters": {"tenant": "common"}},
        {"scopes": ["Mail.Read"]},
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        {"scope": "Mail.Read offline_access"},
    ),
    "GitHub": (
        {"preset": "GitHub"},
        {"scopes": ["repo"]},
        "https://github.com/login/oauth/authorize",
        {"scope": "repo", "code_challenge_method": "S256"},
    ),
    "Salesforce": (
        {"preset": "Salesforce"},
        {"scopes": ["api"]},
        "https://login.salesforce.com/services/oauth2/authorize",
        {"scope": "api refresh_token"},
    ),
    "Okta": (
        {"preset": "Okta", "parameters": {"domain": "acme.okta.com"}},
        {"scopes": ["openid"]},
        "https://acme.okta.com/oauth2/default/v1/authorize",
        {"scope": "openid offline_access"},
    ),
    "Auth0": (
        {"preset": "Auth0", "parameters": {"domain": "acme.eu.auth0.com"}},
        {"scopes": ["read:things"], "audience": "https://api.example.com"},
        "https://acme.eu.auth0.com/authorize",
        {"scope": "read:things offline_access", "audience": "https://api.example.com"},
    ),
    "Keycloak": (
        {"preset": "Keycloak", "parameters": {"server": "sso.example.com", "realm": "main"}},
        {},
        "https://sso.example.com/realms/main/protocol/openid-connect/auth",
        {"scope": "offline_access"},
    ),
    "Slack": (
        {"preset": "Slack"},
        {"authorizationCode": {"parameters": {"user_scope": "search:read"}}, "scopes": ["chat:write", "users:read"]},
        "https://slack.com/oauth/v2/authorize",
        {"scope": "chat:write,users:read", "user_scope": "search:read", "code_challenge": None},
    ),
}


@pytest.mark.parametrize(("provider", "changes", "endpoint", "parameters"), LINKS.values(), ids=LINKS)
def test_a_link_has_the_parameters_that_the_provider_requires(
    provider: dict[str, Any], changes: dict[str, Any], endpoint: str, parameters: dict[str, str | None]
) -> None:
    """The link has the scope separator, the parameters for a refresh token, and a code challenge if supported."""
    found, query = link(request_for(provider, **changes))
    assert found == endpoint
    assert {name: query.get(name) for name in parameters} == parameters


def test_only_zohos_redirect_has_a_further_parameter() -> None:
    """The parameter that names the data center is passed to the operator; other parameters are not."""
    assert request_for({"preset": "Zoho"}).callback_parameters == ("accounts-server",)
    assert request_for({"preset": "Google"}).callback_parameters == ()


def test_another_preset_or_parameter_is_another_consent() -> None:
    """Consent for one data center is not consent for another."""
    digests = {
        request_for(provider).digest
        for provider in (
            {"preset": "Zoho"},
            {"preset": "Zoho", "parameters": {"dataCenter": "eu"}},
            {"preset": "Google"},
        )
    }
    assert len(digests) == 3
