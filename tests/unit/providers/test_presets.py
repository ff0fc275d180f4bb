"""The rules for every preset, and what each gives a connector that names it."""

from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from oauth_connector.api.v1alpha1.parsing import parse_spec
from oauth_connector.api.v1alpha1.provider import ProviderSpec
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.effective import build_authorization_parameters, list_authorization_scopes
from oauth_connector.connector.schedule.refresh_policy import refresh_policy
from oauth_connector.connector.schedule.refresh_time import Policy
from oauth_connector.oauth import verdict_tables, verdicts
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.oauth.signals import RequestPhase, Signal, Symptom
from oauth_connector.providers.preset import DAY, TokenHostParameter
from oauth_connector.providers.registry import PRESETS, PresetName, discover_presets
from tests.support.builders import a_spec
from tests.support.presets import build_example_parameters


def spec_of(preset: str, parameters: Mapping[str, str] | None = None, **changes: Any) -> OAuthConnectorSpec:
    """Return the spec of a connector that names a preset and needs consent."""
    provider = {"preset": preset, **({"parameters": dict(parameters)} if parameters else {})}
    spec = parse_spec(a_spec(grantType="AuthorizationCode", provider=provider, **changes))
    assert isinstance(spec, OAuthConnectorSpec), spec
    return spec


def test_every_name_that_the_api_accepts_has_a_preset() -> None:
    """The enum of the schema is the list of the presets."""
    schema = TypeAdapter(PresetName).json_schema()
    assert schema == {"type": "string", "enum": list(PRESETS)}


def test_presets_are_in_alphabetical_order() -> None:
    """The CRD and the reference page do not depend on the order in which modules are found."""
    assert list(PRESETS) == sorted(PRESETS, key=str.lower)


@pytest.mark.parametrize("wrong", ["zoho", "", 7, None, ["Zoho"]])
def test_an_unknown_name_is_answered_with_the_names(wrong: object) -> None:
    """The error lists every name, in the words of an enum."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(PresetName).validate_python(wrong)
    (error,) = caught.value.errors()
    assert error["type"] == "enum"
    *others, last = (f"'{name}'" for name in PRESETS)
    assert error["ctx"]["expected"] == f"{', '.join(others)} or {last}"


def test_a_module_without_a_preset_is_an_error() -> None:
    """A file that was forgotten half-way stops the import, and the message names the file."""
    with pytest.raises(TypeError, match=r"providers/empty\.py defines no PRESET"):
        discover_presets({"empty": SimpleNamespace()})


def test_two_presets_of_one_name_are_an_error() -> None:
    """Neither of the two replaces the other silently."""
    one, other = (SimpleNamespace(PRESET=PRESETS["Okta"]) for _ in range(2))
    with pytest.raises(ValueError, match=r"providers/other\.py: another preset has the name Okta"):
        discover_presets({"one": one, "other": other})


@pytest.mark.parametrize("name", PRESETS)
def test_a_row_links_to_the_providers_own_pages(name: str) -> None:
    """The sources of a row can be read, over TLS."""
    links = PRESETS[name].links
    assert links
    assert all(link.startswith("https://") for link in links)


ADDRESSES = {
    "Zoho, by default in the United States": ("Zoho", {}, "https://accounts.zoho.com/oauth/v2/token"),
    "Zoho in Canada": ("Zoho", {"dataCenter": "ca"}, "https://accounts.zohocloud.ca/oauth/v2/token"),
    "Google": ("Google", {}, "https://oauth2.googleapis.com/token"),
    "Entra": (
        "MicrosoftEntra",
        {"tenant": "common", "cloud": "us-government"},
        "https://login.microsoftonline.us/common/oauth2/v2.0/token",
    ),
    "GitHub": ("GitHub", {}, "https://github.com/login/oauth/access_token"),
    "Salesforce": ("Salesforce", {}, "https://login.salesforce.com/services/oauth2/token"),
    "Okta": ("Okta", {"domain": "acme.okta.com"}, "https://acme.okta.com/oauth2/default/v1/token"),
    "Auth0": ("Auth0", {"domain": "acme.eu.auth0.com"}, "https://acme.eu.auth0.com/oauth/token"),
    "Keycloak": (
        "Keycloak",
        {"server": "sso.example.com:8443/auth", "realm": "main"},
        "https://sso.example.com:8443/auth/realms/main/protocol/openid-connect/token",
    ),
    "Slack": ("Slack", {}, "https://slack.com/api/oauth.v2.access"),
}


@pytest.mark.parametrize(("name", "parameters", "address"), ADDRESSES.values(), ids=ADDRESSES)
def test_a_preset_leads_to_its_token_endpoint(name: str, parameters: dict[str, str], address: str) -> None:
    """With its parameters filled in."""
    assert spec_of(name, parameters).provider.effective_token_url == address


def test_a_field_beside_the_preset_overrides_it() -> None:
    """An endpoint replaces the preset's; an issuer replaces all of them, by discovery."""
    own = ProviderSpec(preset="Zoho", token_url="https://proxy.example.com/token")
    assert own.effective_token_url == "https://proxy.example.com/token"
    assert own.effective_authorization_url == "https://accounts.zoho.com/oauth/v2/auth"
    org = ProviderSpec(preset="Okta", issuer="https://acme.okta.com")
    assert (org.effective_issuer, org.effective_token_url, org.effective_authorization_url) == (
        "https://acme.okta.com",
        None,
        None,
    )


def test_zoho_gets_the_request_that_it_requires() -> None:
    """Commas, a secret in the form, offline access with a new consent, and its own header prefix."""
    spec = spec_of("Zoho", scopes=["ZohoCRM.modules.ALL", "ZohoCRM.users.READ"])
    assert (spec.separator, spec.effective_header_prefix) == (",", "Zoho-oauthtoken")
    assert spec.effective_authentication is ClientAuthentication.POST
    assert build_authorization_parameters(spec) == {"access_type": "offline", "prompt": "consent"}
    assert list_authorization_scopes(spec) == ("ZohoCRM.modules.ALL", "ZohoCRM.users.READ")


def test_own_parameters_are_added_to_those_of_the_preset() -> None:
    """Another parameter is added to those of the preset; the same parameter overrides it."""
    member = {"parameters": {"login_hint": "ann@example.com", "prompt": "select_account consent"}}
    assert build_authorization_parameters(spec_of("Google", authorizationCode=member)) == {
        "access_type": "offline",
        "prompt": "select_account consent",
        "login_hint": "ann@example.com",
    }


@pytest.mark.parametrize(
    ("name", "parameters", "offline"),
    [
        ("MicrosoftEntra", {"tenant": "common"}, "offline_access"),
        ("Okta", {"domain": "acme.okta.com"}, "offline_access"),
        ("Auth0", {"domain": "acme.eu.auth0.com"}, "offline_access"),
        ("Keycloak", {"server": "sso.example.com", "realm": "main"}, "offline_access"),
        ("Salesforce", {}, "refresh_token"),
    ],
)
def test_the_scope_for_a_refresh_token_is_added_once(name: str, parameters: dict[str, str], offline: str) -> None:
    """A user need not know the scope, and may write it."""
    assert list_authorization_scopes(spec_of(name, parameters, scope="read")) == ("read", offline)
    assert list_authorization_scopes(spec_of(name, parameters, scopes=[offline, "read"])) == (offline, "read")


def test_salesforce_sends_no_lifetime_and_the_preset_has_one() -> None:
    """It is two hours, the default session; the connector overrides it, and other presets have one hour."""
    assert spec_of("Salesforce").default_lifetime_seconds == 7200
    assert spec_of("Salesforce", refresh={"defaultLifetime": "15m"}).default_lifetime_seconds == 900
    assert spec_of("Salesforce", refresh={"before": "1m"}).default_lifetime_seconds == 7200
    assert spec_of("Google").default_lifetime_seconds == 3600


def test_github_is_refreshed_late() -> None:
    """Its refresh revokes the old token at once; the connector's own refresh time overrides it."""
    assert refresh_policy(spec_of("GitHub")).window == 0.05
    assert refresh_policy(spec_of("GitHub", refresh={"beforePercentage": 20})).window == 0.2
    assert refresh_policy(spec_of("GitHub", refresh={"before": "10m"})).before == 600
    assert refresh_policy(spec_of("Google")).window is None


def test_a_refresh_token_is_used_twice_in_the_time_for_which_it_may_idle() -> None:
    """Google keeps an unused refresh token for six months; client credentials need no refresh token."""
    assert refresh_policy(spec_of("Google")) == Policy(longest_pause=90 * DAY)
    assert refresh_policy(spec_of("Zoho")) == Policy()
    machine = parse_spec(a_spec(provider={"preset": "Google"}))
    assert isinstance(machine, OAuthConnectorSpec)
    assert refresh_policy(machine) == Policy()


@pytest.mark.parametrize("name", PRESETS)
def test_what_a_preset_says_of_refresh_tokens_is_consistent(name: str) -> None:
    """Dates and times are plausible, where there are any; a token that is not replaced is not refused after its use."""
    preset = PRESETS[name]
    known = preset.refresh_tokens
    assert preset.read is None or date(2026, 11, 1) <= date.fromisoformat(preset.read) <= date(2036, 1, 1)
    assert not (known.rotates is False and known.revokes_used)
    assert known.reuse_window is None or known.revokes_used
    for seconds in (known.lifetime, known.idle_lifetime):
        assert seconds is None or 60 <= seconds <= 10 * 366 * DAY
    assert known.lifetime is None or known.idle_lifetime is None or known.idle_lifetime <= known.lifetime


WITHOUT_PKCE = {"LinkedIn", "Pinterest", "Pipedrive", "Shopify", "Slack", "Square", "TikTok", "Typeform"} | {
    "DingTalk",
    "WeChat",
}
"""Nango's catalogue switches PKCE off for them, since they refuse the parameters or the client then has no secret.

TikTok wants another encoding of the challenge (developers.tiktok.com/doc/login-kit-desktop). The pages of WeChat and
DingTalk do not know the parameters.
"""


def test_slack_gets_no_challenge_unless_configured() -> None:
    """Apps without permanent PKCE reject it; it is sent on loopback, and if it is set."""
    assert not spec_of("Slack").needs_pkce
    assert spec_of("Slack", authorizationCode={"pkce": "S256"}).needs_pkce
    assert spec_of("Slack", client={"id": "public"}).needs_pkce
    others = {name: spec_of(name, build_example_parameters(preset)) for name, preset in PRESETS.items()}
    assert {name for name, spec in others.items() if not spec.needs_pkce} == WITHOUT_PKCE


def test_a_code_is_sent_only_to_the_listed_data_center_of_the_redirect() -> None:
    """The whole parameter is compared with the list: no other host, scheme, port, user or path is accepted."""
    callback = PRESETS["Zoho"].callback
    assert callback is not None
    at = "https://accounts.zoho.com/oauth/v2/token"
    assert callback.choose_token_url(at, None) == at
    for named in ("https://accounts.zoho.in", "https://accounts.zoho.in/"):
        assert callback.choose_token_url(at, named) == "https://accounts.zoho.in/oauth/v2/token"
    for named in (
        "https://evil.example",
        "http://accounts.zoho.in",
        "accounts.zoho.in",
        "https://accounts.zoho.in:444",
        "https://accounts.zoho.in@evil.example",
        "https://accounts.zoho.in/evil",
        "https://accounts.zoho.in.evil.example",
        "https://ACCOUNTS.zoho.in",
        "",
    ):
        assert callback.choose_token_url(at, named) is None, named


def test_the_origin_that_the_connector_names_is_always_known() -> None:
    """A connector with a token URL of its own, as in a test or behind a gateway, keeps it."""
    callback = TokenHostParameter("accounts-server", frozenset({"accounts.zoho.eu"}))
    own = "http://127.0.0.1:8080/oauth/v2/token"
    assert callback.choose_token_url(own, "http://127.0.0.1:8080") == own
    assert callback.choose_token_url(own, "http://127.0.0.1:8081") is None


@pytest.mark.parametrize("name", PRESETS)
def test_errors_are_translated_to_known_errors(name: str) -> None:
    """The code of a provider is translated to an error that is in the table."""
    for meaning in PRESETS[name].quirks.errors.values():
        signal = Signal(Symptom.OAUTH_ERROR, 400, meaning)
        failure = verdicts.classify(GrantType.CLIENT_CREDENTIALS, RequestPhase.TOKEN, signal)
        assert failure.signal is signal
        assert meaning in verdict_tables.WORDS
