"""The operator follows the how-to for Zoho on a real API server, with an imitation of Zoho.

tests/e2e/test_how_to_zoho.py runs the commands of the how-to.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import yaml
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_protocol.consent_response import ConsentResponse
from oauth_connector.consent_protocol.sealing import seal
from oauth_connector.consent_protocol.tickets import new_confirmation, new_ticket, ticket_hash
from oauth_connector.oauth.authorization import AuthorizationGranted, ExpectedIssuer, parse_redirect
from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.zoho import API, Zoho, zoho

EXAMPLE = Path(__file__).parents[3] / "examples" / "zoho.yaml"
PUBLIC_URL = "https://connect.example.com"


class ZohoScene:
    """A namespace with the connector of the example, Zoho, and a user."""

    def __init__(self, namespace: Namespace, server: Zoho, session: aiohttp.ClientSession) -> None:
        self.namespace = namespace
        self.zoho = server
        self.session = session

    async def status(self) -> dict[str, Any]:
        """Return the connector's status."""
        return ((await self.namespace.get("oauthconnectors", "zoho")) or {}).get("status") or {}

    async def prepare(self, **changes: Any) -> None:
        """Do the steps of the how-to before the consent: the manifest, the redirect URI, the client, its secret."""
        connector, _pod = yaml.safe_load_all(EXAMPLE.read_text())
        spec = {**connector["spec"], "provider": self.zoho.provider("us"), **changes}
        await self.namespace.add_connector("zoho", spec)
        await until(lambda: self._has_status("redirectURI"))
        redirect_uri = (await self.status())["redirectURI"]
        assert redirect_uri == f"{PUBLIC_URL}/oauth/callback/{self.namespace.name}/zoho"
        client = self.zoho.accounts.register(redirect_uri)
        hosts = {"oauthconnector.dev/allowed-hosts": "127.0.0.1"}
        await self.namespace.add_secret("zoho-client", hosts, client_secret=client.secret)
        await self.namespace.edit("oauthconnectors", "zoho", {"spec": {"client": {"id": client.id}}})

    async def consent(self, name: str) -> None:
        """Create a consent, follow the link, submit the redirect, enter the code."""
        ticket, confirmation = new_ticket(repeat_byte(1)), new_confirmation(repeat_byte(2))
        asked = {
            "connectorName": "zoho",
            "requestedBy": "admin",
            "ticketHash": ticket_hash(ticket),
            "redirect": "Hosted",
        }
        await self._create_consent(name, asked)
        await until(lambda: self._is_filled(name))
        request = await self._request(name)
        granted = await self._follow(request)
        answer = ConsentResponse(granted.code, SecretStr(ticket), confirmation, granted.iss, granted.extra)
        sealed = seal(answer, request.encryption_key)
        await self.namespace.edit("oauthconsents", f"{name}/status", {"status": {"response": sealed}})
        await self.namespace.edit("oauthconsents", name, {"spec": {"confirmation": confirmation}})

    async def call(self) -> int:
        """Call the API with the data of the Secret; return the status."""
        values = await self.namespace.values("zoho-token") or {}
        headers = {"Authorization": values["authorization"]}
        async with self.session.get(values["api_domain"] + API, headers=headers) as answer:
            return answer.status

    async def refresh(self, marker: str) -> None:
        """Request another token, as `kubectl oauth refresh` does."""
        await self.namespace.request_refresh("zoho", marker)

    async def _has_status(self, field: str) -> bool:
        return field in await self.status()

    async def _create_consent(self, name: str, spec: dict[str, str]) -> None:
        path = f"/apis/oauthconnector.dev/v1alpha1/namespaces/{self.namespace.name}/oauthconsents"
        head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConsent", "metadata": {"name": name}}
        await self.namespace.api.request("POST", path, body={**head, "spec": spec})

    async def _consent(self, name: str) -> dict[str, Any]:
        return ((await self.namespace.get("oauthconsents", name)) or {}).get("status") or {}

    async def _is_filled(self, name: str) -> bool:
        return "request" in await self._consent(name)

    async def _request(self, name: str) -> ConsentRequest:
        return ConsentRequest.model_validate((await self._consent(name))["request"], by_alias=True, by_name=False)

    async def _follow(self, request: ConsentRequest) -> AuthorizationGranted:
        url = request.link("a-state")
        while not url.startswith(PUBLIC_URL):
            async with self.session.get(url, allow_redirects=False) as answer:
                assert answer.status == 302, await answer.text()
                url = answer.headers["Location"]
        query = parse_qs(urlsplit(url).query)
        pairs = [(name, value) for name, values in query.items() for value in values if name != "state"]
        granted = parse_redirect(pairs, ExpectedIssuer(), request.callback_parameters)
        assert isinstance(granted, AuthorizationGranted)
        return granted


def repeat_byte(number: int) -> Callable[[int], bytes]:
    """Return a function that returns bytes of one value."""
    return lambda count: bytes([number]) * count


@pytest.fixture
async def scene(namespace: Namespace, start_operator: StartOperator) -> AsyncIterator[ZohoScene]:
    """Start Zoho and the operator, and do the steps of the how-to before the consent."""
    async with zoho(at_once=True) as server, aiohttp.ClientSession() as session:
        await start_operator(*server.ports, publicURL=PUBLIC_URL, namespace="oauth-connector-system")
        made = ZohoScene(namespace, server, session)
        await made.prepare()
        yield made


async def test_after_consent_a_pod_can_call_the_api(scene: ZohoScene) -> None:
    """The Secret has the header with Zoho's prefix and the host of the API, and the API accepts it."""
    await scene.namespace.wait_for_conditions(
        "zoho", not_Ready="ConsentRequired", ConsentRequired="ConsentRequired", Reconciling="ConsentRequired"
    )
    await scene.consent("one")
    await scene.namespace.wait_for_conditions("zoho", Ready="TokenIssued")
    values = await scene.namespace.values("zoho-token") or {}
    assert values["authorization"] == f"Zoho-oauthtoken {values['access_token']}"
    assert values["api_domain"] == scene.zoho.origins["us"]
    assert await scene.call() == 200
    assert scene.zoho.token_calls == [("us", "authorization_code")]


async def test_tokens_are_refreshed_without_the_user(scene: ZohoScene) -> None:
    """A refresh yields another token for the same refresh token, and the API accepts it."""
    await scene.consent("one")
    await scene.namespace.wait_for_conditions("zoho", Ready="TokenIssued")
    first = await scene.namespace.token("zoho-token")
    await scene.refresh("1")
    await until(lambda: _is_another(scene, first))
    assert await scene.call() == 200
    assert scene.zoho.token_calls == [("us", "authorization_code"), ("us", "refresh_token")]
    assert scene.zoho.accounts.refresh_tokens == 1


async def test_a_removed_grant_needs_another_consent(scene: ZohoScene) -> None:
    """Zoho responds `invalid_code` with status 200. That ends the grant, and another consent replaces it."""
    await scene.consent("one")
    await scene.namespace.wait_for_conditions("zoho", Ready="TokenIssued")
    scene.zoho.accounts.forget()
    await scene.refresh("1")
    await until(lambda: _is_refused(scene))
    error = (await scene.status())["lastError"]
    assert (error["oauthError"], error["providerCode"]) == ("invalid_grant", "invalid_code")
    await scene.consent("two")
    await scene.namespace.wait_for_conditions("zoho", Ready="TokenIssued")
    assert await scene.call() == 200


async def test_a_rate_limit_of_zoho_keeps_token_and_grant(scene: ZohoScene) -> None:
    """`Access Denied` with status 200 is a limit of ten minutes; token and grant are kept."""
    soon = {"before": "59m40s", "maxLifetime": "24h"}  # of an hour: due twenty seconds after the token was issued
    await scene.namespace.edit("oauthconnectors", "zoho", {"spec": {"refresh": soon}})
    await scene.consent("one")
    await scene.namespace.wait_for_conditions("zoho", Ready="TokenIssued")
    scene.zoho.accounts.use_up_limits()
    await scene.namespace.wait_for_conditions("zoho", within=60, Ready="TokenIssued", RefreshFailed="RateLimited")
    status = await scene.status()
    failed, again = (datetime.fromisoformat(status[name]) for name in ("lastFailureTime", "nextRefreshTime"))
    assert again - failed >= timedelta(minutes=10)
    assert await scene.call() == 200


async def test_a_code_is_not_sent_to_an_unknown_data_center(scene: ZohoScene) -> None:
    """The redirect names a host that neither preset nor connector has; code and secret are not sent."""
    scene.zoho.accounts.home = "eu"
    await scene.consent("one")
    await until(lambda: _has_failed(scene, "one"))
    assert scene.zoho.token_calls == []
    assert await scene.namespace.get("secrets", "zoho-token") is None


async def _has_failed(scene: ZohoScene, name: str) -> bool:
    found = await scene.namespace.get("oauthconsents", name) or {}
    conditions = (found.get("status") or {}).get("conditions", [])
    return [(c["status"], c["reason"]) for c in conditions] == [("False", "ResponseInvalid")]


async def _is_another(scene: ZohoScene, first: str | None) -> bool:
    return await scene.namespace.token("zoho-token") not in (None, first)


async def _is_refused(scene: ZohoScene) -> bool:
    return (await scene.namespace.conditions("zoho")).get("ConsentRequired") == "RefreshTokenRejected"
