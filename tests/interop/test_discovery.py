"""Finding the token endpoint by the issuer."""

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from oauth_connector.api.schema.urls import is_url
from oauth_connector.oauth.metadata import ServerMetadata, list_well_known_urls, parse_metadata
from oauth_connector.oauth.signals import Signal, Symptom
from tests.interop.exchanging import fetch
from tests.support.faulty_proxy import FaultyProxy

FOUND_AT = {"canaille": 0, "oidc_provider": -1}  # oidc-provider's issuer has a path, and RFC 8414 puts that behind


@pytest.mark.parametrize("fixture", FOUND_AT)
async def test_issuer_alone_leads_to_the_token_endpoint(fixture: str, request: pytest.FixtureRequest) -> None:
    """One of the well-known addresses has the metadata, and they name the requested issuer."""
    server: AuthorizationServer = request.getfixturevalue(fixture)
    found = parse_metadata(server.issuer, await fetch(list_well_known_urls(server.issuer)[FOUND_AT[fixture]]), is_url)
    assert isinstance(found, ServerMetadata)
    assert (found.issuer, found.token_endpoint) == (server.issuer, server.token_url)


async def test_other_place_than_where_the_metadata_are_is_not_found(oidc_provider: AuthorizationServer) -> None:
    """The first address of an issuer with a path may well lead nowhere; that is a signal, not a crash."""
    found = parse_metadata(oidc_provider.issuer, await fetch(list_well_known_urls(oidc_provider.issuer)[0]), is_url)
    assert isinstance(found, Signal)
    assert found.symptom is Symptom.NOT_FOUND


async def test_metadata_of_another_issuer_are_refused(canaille: AuthorizationServer) -> None:
    """Metadata that name another issuer are not believed (RFC 8414 §3.3)."""
    answer = await fetch(list_well_known_urls(canaille.issuer)[0])
    found = parse_metadata("http://127.0.0.1:1", answer, is_url)
    assert isinstance(found, Signal)
    assert found.symptom is Symptom.ISSUER_MISMATCH


async def test_proxy_as_issuer_leads_to_the_proxy(
    oidc_provider_proxy: FaultyProxy, oidc_provider: AuthorizationServer
) -> None:
    """A connector that is given the faulty proxy as its issuer sends its token calls through it."""
    issuer = oidc_provider_proxy.through(oidc_provider.issuer)
    found = parse_metadata(issuer, await fetch(list_well_known_urls(issuer)[-1]), is_url)
    assert isinstance(found, ServerMetadata)
    assert found.token_endpoint == oidc_provider_proxy.through(oidc_provider.token_url)
