"""The metadata documents of a client, and its keys, as an authorization server fetches them."""

import json
from datetime import timedelta

import pytest

from oauth_connector.consent_protocol.client_documents import build_document_url
from oauth_connector.consent_protocol.client_keys import add_key, format_public_key
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from tests.support.http_client import HTTPClient
from tests.support.in_memory_consent_server import PUBLIC, ConsentScenario

PATH = "/clients/sales/zoho.v2.json"


async def test_a_document_describes_a_public_client(visitor: HTTPClient, world: ConsentScenario) -> None:
    """Its identifier is its URL, and its only redirect URI is the one of the connector; no object is read."""
    seen = await visitor.get(PATH)
    assert (seen.status, seen.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert json.loads(seen.text) == {
        "client_id": f"{PUBLIC}{PATH}",
        "client_name": "OAuth Connector sales/zoho.v2",
        "redirect_uris": [f"{PUBLIC}/oauth/callback/sales/zoho.v2"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "web",
    }
    assert world.store.reads == 0
    assert build_document_url(PUBLIC, "sales", "zoho.v2") == f"{PUBLIC}{PATH}"


@pytest.mark.parametrize(
    "path",
    [
        "/clients/Sales/zoho.json",
        "/clients/sales/zoho",
        "/clients/sales/.json",
        "/clients/zoho.json",
        "/signed-clients/Sales/zoho.json",
        "/signed-clients/zoho.json",
    ],
)
async def test_a_path_that_no_connector_can_have_has_no_document(visitor: HTTPClient, path: str) -> None:
    """The form of the names is checked."""
    assert (await visitor.get(path)).status == 404


async def test_another_document_describes_a_client_that_signs(visitor: HTTPClient, world: ConsentScenario) -> None:
    """It differs in identifier and method, and names where its keys are; no object is read."""
    path = "/signed-clients/sales/zoho.v2.json"
    public, signed = [json.loads((await visitor.get(each)).text) for each in (PATH, path)]
    assert signed == {
        **public,
        "client_id": f"{PUBLIC}{path}",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": f"{PUBLIC}/signed-clients/keys.json",
    }
    assert world.store.reads == 0
    assert build_document_url(PUBLIC, "sales", "zoho.v2", is_signed=True) == f"{PUBLIC}{path}"


async def test_the_keys_are_those_in_use(visitor: HTTPClient, world: ConsentScenario) -> None:
    """A key whose hour is over is not shown."""
    old, new = (format_public_key(OperatorKeys(bytes([n]) * 32).client_key) for n in (1, 2))
    replaced_at = world.now.timestamp()
    world.client_keys.held = add_key([old], new, replaced_at)
    seen = await visitor.get("/signed-clients/keys.json")
    assert (seen.status, seen.headers["Content-Type"]) == (200, "application/jwk-set+json; charset=utf-8")
    assert json.loads(seen.text) == {"keys": [new, old]}
    world.now += timedelta(hours=1)
    assert json.loads((await visitor.get("/signed-clients/keys.json")).text) == {"keys": [new]}


async def test_keys_that_cannot_be_read_are_unavailable(visitor: HTTPClient, world: ConsentScenario) -> None:
    """An empty set would mean that the key has been withdrawn."""
    world.client_keys.away = True
    assert (await visitor.get("/signed-clients/keys.json")).status == 503
