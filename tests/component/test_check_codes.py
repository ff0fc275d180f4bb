"""The codes of a refused token request: `check` shows that of RFC 6749 §5.2 and that of the provider."""

import json

import pytest

from oauth_connector.diagnosis.step import format_step
from tests.support.checked_provider import check
from tests.support.raw_server import serve_bytes

RESPONSES: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    # keycloak/keycloak issue 31294, learn.microsoft.com/entra/identity-platform/reference-error-codes
    "Entra, in the description": (
        "401 Unauthorized",
        {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret c4n4ry. Trace ID: 1"},
        {"error": "invalid_client", "provider code": "AADSTS7000215"},
    ),
    # RFC 6749 §5.2, whose description is free text
    "the error of the RFC only": (
        "400 Bad Request",
        {"error": "invalid_scope", "error_description": "c4n4ry"},
        {"error": "invalid_scope"},
    ),
    # RFC 9110 §15.5.4: a proxy that is no OAuth server
    "no code": ("403 Forbidden", {"message": "c4n4ry"}, {}),
}


@pytest.mark.parametrize("case", RESPONSES)
async def test_the_codes_of_a_refusal_are_shown(case: str) -> None:
    """Text and JSON contain both codes, and nothing else of the response."""
    status, members, codes = RESPONSES[case]
    body = json.dumps(members).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {len(body)}"
    async with serve_bytes(f"{head}\r\n\r\n".encode() + body) as server:
        token = (await check({"tokenURL": server.url()}, request_token=True))["token"]
    assert token.passed is False
    assert token.to_json()["facts"] == codes
    shown = format_step(token)
    assert all(f"    {name}: {code}" in shown for name, code in codes.items())
    assert "c4n4ry" not in shown
