"""The metadata document of a client, as an authorization server fetches it."""

import json

import pytest

from oauth_connector.consent_protocol.client_documents import build_document_url
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
    "path", ["/clients/Sales/zoho.json", "/clients/sales/zoho", "/clients/sales/.json", "/clients/zoho.json"]
)
async def test_a_path_that_no_connector_can_have_has_no_document(visitor: HTTPClient, path: str) -> None:
    """The form of the names is checked."""
    assert (await visitor.get(path)).status == 404
