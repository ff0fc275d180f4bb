"""Every preset against its provider as the provider's own pages describe it (tests/fixtures/providers)."""

from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.parsing import parse_spec
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.controller.prepared_request import choose_parameters
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode
from oauth_connector.oauth.grants.grant import Grant, Purpose
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_request import TokenRequest, build_token_request
from oauth_connector.oauth.token_response import parse_token_response
from oauth_connector.providers.registry import PRESETS
from tests.support.builders import a_spec
from tests.support.consent_links import build_link
from tests.support.documented_provider import (
    CODE,
    ID,
    SECRET,
    URI,
    VERIFIER,
    DocumentedProvider,
    read_documentation,
    to_response,
)
from tests.support.manifests import samples as read_manifests

FILES = read_documentation()
ERRORS = [(name, number) for name, samples in FILES.items() for number in range(len(samples.get("errors", ())))]
NOW = 1_800_000_000.0


def spec_of(samples: dict[str, Any], grant: str) -> OAuthConnectorSpec:
    """Return the spec of a connector as a user writes it who knows the name of the preset only."""
    provider = {name: samples[name] for name in ("preset", "parameters") if name in samples}
    changes: dict[str, Any] = {"scopes": samples.get("scopes"), **samples.get("spec", {}).get(grant, {})}
    client = {"id": ID, "secretRef": {"name": "crm-client"}}
    spec = parse_spec(a_spec(grantType=grant, provider=provider, client=client, **changes))
    assert isinstance(spec, OAuthConnectorSpec), spec
    return spec


def request_of(spec: OAuthConnectorSpec, grant: Grant) -> TokenRequest:
    """Return the request that the operator sends."""
    client = spec.build_client({"client.secretRef": SecretStr(SECRET)})
    url = spec.provider.effective_token_url
    refresh_url = spec.provider.request_shape.refresh_url if grant.purpose is Purpose.REFRESH else None
    context = RequestContext(NOW, refresh_url or url or "")
    return build_token_request(context, grant, client, choose_parameters(spec, grant))


def read(spec: OAuthConnectorSpec, response: HTTPResponse) -> Token | Signal:
    """Return what the operator reads from a response."""
    return parse_token_response(response, spec.provider.quirks, NOW)


def exchange(provider: DocumentedProvider) -> tuple[OAuthConnectorSpec, Token]:
    """Exchange a code, as for a user who has consented."""
    spec = spec_of(dict(provider.samples), "AuthorizationCode")
    grant = AuthorizationCode(SecretStr(CODE), URI, SecretStr(VERIFIER) if spec.needs_pkce else None)
    request = request_of(spec, grant)
    token = read(spec, provider.answer("exchange", request, pkce=spec.needs_pkce))
    assert isinstance(token, Token), token
    return spec, token


def test_every_preset_has_samples() -> None:
    """No preset is without them, and no file is without a preset."""
    assert sorted(str(samples["preset"]) for samples in FILES.values()) == sorted(PRESETS)


@pytest.mark.parametrize("name", FILES)
def test_samples_are_from_pages_of_the_provider(name: str) -> None:
    """Each file links to the pages, and has the date on which they were read, if they were: the same as the preset."""
    pages, read_on = FILES[name]["pages"], FILES[name]["read"]
    assert pages
    assert all(page.startswith("https://") for page in pages)
    assert read_on is None or isinstance(read_on, date)
    assert (read_on.isoformat() if read_on else None) == PRESETS[FILES[name]["preset"]].read


@pytest.mark.parametrize("name", [name for name in FILES if "authorize" in FILES[name]])
def test_the_link_is_the_documented_one(name: str) -> None:
    """It has the host, the path and the parameters of the provider's page, and none that is not explained."""
    spec = spec_of(FILES[name], "AuthorizationCode")
    DocumentedProvider(FILES[name]).check_link(build_link(spec), pkce=spec.needs_pkce)


@pytest.mark.parametrize("name", [name for name in FILES if "exchange" in FILES[name]])
def test_a_code_is_exchanged_as_documented(name: str) -> None:
    """The provider accepts the request, and its response has the lifetime and the refresh token that it documents."""
    provider = DocumentedProvider(FILES[name])
    spec, token = exchange(provider)
    documented = FILES[name]["exchange"]
    known = spec.provider.known
    assert known is not None
    assert (token.lifetime or known.default_lifetime) == documented["lifetime"]
    sent = provider.find_refresh_token(documented["response"])
    assert (token.refresh_token.get_secret_value() if token.refresh_token else None) == sent


@pytest.mark.parametrize("name", [name for name in FILES if "refresh" in FILES[name]])
def test_a_token_is_refreshed_as_documented(name: str) -> None:
    """Twice, with the refresh token that the operator keeps; the preset knows whether it is replaced."""
    provider = DocumentedProvider(FILES[name])
    spec, token = exchange(provider)
    held = token.refresh_token
    assert held is not None
    for _ in range(2):
        request = request_of(spec, RefreshToken(held))
        renewed = read(spec, provider.answer("refresh", request, pkce=False))
        assert isinstance(renewed, Token), renewed
        held = renewed.refresh_token or held
        assert held.get_secret_value() == provider.refresh_token
    rotates = PRESETS[provider.preset].refresh_tokens.rotates
    assert rotates is None or rotates == bool(provider.used)


@pytest.mark.parametrize("name", [name for name in FILES if "machine" in FILES[name]])
def test_client_credentials_are_presented_as_documented(name: str) -> None:
    """The provider accepts the request, and its response has the documented lifetime."""
    spec = spec_of(FILES[name], "ClientCredentials")
    grant = spec.build_grant({})
    assert grant is not None
    request = request_of(spec, grant)
    token = read(spec, DocumentedProvider(FILES[name]).answer("machine", request, pkce=False))
    assert isinstance(token, Token), token
    known = spec.provider.known
    assert known is not None
    assert (token.lifetime or known.default_lifetime) == FILES[name]["machine"]["lifetime"]


@pytest.mark.parametrize(("name", "number"), ERRORS)
def test_an_error_means_what_the_provider_documents(name: str, number: int) -> None:
    """A documented error becomes the code of RFC 6749 §5.2, or the symptom, that has its meaning."""
    documented = FILES[name]["errors"][number]
    grant = "AuthorizationCode" if "exchange" in FILES[name] else "ClientCredentials"
    spec = spec_of(FILES[name], grant)
    signal = read(spec, to_response(documented["status"], documented["body"]))
    assert isinstance(signal, Signal)
    assert documented["means"] in (signal.oauth_error, signal.symptom.name), signal


def test_a_connector_of_each_preset_is_in_the_corpus() -> None:
    """The API server and the models accept it (tests/contract/test_manifest_corpus.py)."""
    named = {sample.manifest["spec"]["provider"].get("preset") for sample in read_manifests("good").values()}
    assert set(PRESETS) <= named
