"""A refresh token is requested by a scope where a resource has led to a server that lists it."""

from typing import Any

import pytest

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.connector.observation import Key
from tests.support.registering_provider import SERVER, RegistrationScene

OFFERED = {"offers_offline_access": True}
ISSUER_ALONE = {"provider": {"issuer": SERVER}, "client": {"id": "agent"}}


async def request_at(metadata: dict[str, Any], **changes: Any) -> ConsentRequest:
    """Return the request of a consent at a server whose resource needs the scope `tools`."""
    scene = RegistrationScene(**changes)
    scene.server.resource_scopes = ("tools",)
    scene.server.metadata |= metadata
    await scene.ask()
    request = scene.world.cluster.consents[Key("shop", "crm-1")].status.request
    assert request is not None
    if scene.server.registered:
        assert scene.server.registered[0]["scope"] == request.scope
    return request


@pytest.mark.parametrize(
    ("metadata", "changes", "scope"),
    [
        (OFFERED, {}, "tools offline_access"),
        (OFFERED, {"scopes": ["other"]}, "other offline_access"),
        (OFFERED, {"scopes": ["offline_access", "other"]}, "offline_access other"),
        ({}, {}, "tools"),
        (OFFERED, ISSUER_ALONE, None),
    ],
)
async def test_offline_access_is_requested_where_it_is_offered(
    metadata: dict[str, Any], changes: dict[str, Any], scope: str | None
) -> None:
    """A connector without a resource requests what its spec says; a client is registered for what it will request."""
    assert (await request_at(metadata, **changes)).scope == scope


@pytest.mark.parametrize(
    ("metadata", "parameters", "prompt"),
    [(OFFERED, None, "consent"), (OFFERED, {"prompt": "login consent"}, "login consent"), ({}, None, None)],
)
async def test_the_server_prompts_for_offline_access(
    metadata: dict[str, Any], parameters: dict[str, str] | None, prompt: str | None
) -> None:
    """OpenID Connect Core §11; what the spec says about it counts."""
    own = {"authorizationCode": {"parameters": parameters}} if parameters is not None else {}
    request = await request_at(metadata, **own)
    assert {each.name: each.value for each in request.parameters}.get("prompt") == prompt
