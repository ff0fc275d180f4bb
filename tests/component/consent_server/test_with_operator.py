"""Operator and consent server together: each reads what the other writes."""

import re

from tests.component.consent_server.navigation import back
from tests.support.cluster import Namespace, until
from tests.support.consent_server_replicas import ConsentServerReplicas, ask
from tests.support.control_plane import StartOperator
from tests.support.http_client import HTTPClient
from tests.support.two_host_provider import CODE, TwoHostProvider

CODE_SHOWN = re.compile("[0-9A-Z]{4}-[0-9A-Z]{4}")


async def test_operator_and_consent_server_work_together(
    visitor: HTTPClient,
    namespace: Namespace,
    consent_site: ConsentServerReplicas,
    provider: TwoHostProvider,
    start_operator: StartOperator,
) -> None:
    """The operator fills the request, opens what the service sealed, and its last word is on the last page."""
    await start_operator(provider.port, publicURL=consent_site.url)
    await namespace.add_secret("zoho", client_secret="c4n4ry-secret")
    endpoints = {"authorizationURL": provider.endpoint, "tokenURL": f"http://127.0.0.1:{provider.port}/no-tokens-here"}
    client = {"id": "abc", "secretRef": {"name": "zoho"}}
    spec = {"grantType": "AuthorizationCode", "provider": endpoints, "client": client, "scopes": ["a", "b"]}
    await namespace.add_connector("zoho", spec)

    async def is_consent_required() -> bool:
        return "ConsentRequired" in await namespace.conditions("zoho")

    await until(is_consent_required)
    asked = await ask(namespace)

    async def is_filled() -> bool:
        return (await visitor.prove(asked.path, asked.ticket)).page == "details"

    await until(is_filled)
    leaving = await visitor.begin(asked.path, asked.ticket)
    seen = await visitor.get(back(asked, state=leaving.state, code=CODE))
    found = CODE_SHOWN.search((await visitor.get(seen.headers["Location"])).text)
    assert found is not None
    await namespace.edit("oauthconsents", asked.name, {"spec": {"confirmation": found.group()}})

    async def has_ended() -> bool:
        return (await visitor.get(f"{asked.path}/status")).text == '{"phase": "Failed"}'

    await until(has_ended)
    done = await visitor.get(seen.headers["Location"])
    assert "kubectl oauth authorize zoho" in done.text
