"""A consent as `kubectl oauth authorize --paste` brings it through: created, answered in a browser, confirmed."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

from devtools.authorization_servers.registrations import RegisteredUser
from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_protocol.consent_response import ConsentResponse
from oauth_connector.consent_protocol.push_exchange import PushAnswer, PushQuestion
from oauth_connector.consent_protocol.sealing import seal
from oauth_connector.consent_protocol.tickets import new_confirmation, new_ticket, ticket_hash
from oauth_connector.oauth.authorization import AuthorizationRequest
from tests.support.cluster import CONNECTORS, MERGE, Namespace, until
from tests.support.http_user import LoginSite, UserDecision, enter_code, visit

PATIENCE = 45.0


@dataclass(frozen=True, slots=True)
class ManualConsent:
    """One OAuthConsent of the administrator's, whose ticket and confirmation only this test knows."""

    namespace: Namespace
    name: str
    ticket: str
    confirmation: str

    @staticmethod
    async def create(namespace: Namespace, connector: str, redirect: str = "Hosted") -> "ManualConsent":
        """Create an OAuthConsent for a connector."""
        ticket, confirmation = new_ticket(secrets.token_bytes), new_confirmation(secrets.token_bytes)
        made = ManualConsent(namespace, f"{connector}-{secrets.token_hex(3)}", ticket, confirmation)
        spec = {
            "connectorName": connector,
            "requestedBy": "admin",
            "ticketHash": ticket_hash(ticket),
            "redirect": redirect,
        }
        kind = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConsent"}
        body = {**kind, "metadata": {"name": made.name}, "spec": spec}
        await namespace.api.request("POST", made._path.rpartition("/")[0], body=body)
        return made

    async def answer(self, server: LoginSite, user: RegisteredUser | None = None, *, pushes: bool = False) -> None:
        """Go through the provider's pages, and seal what comes back into the consent's status.

        `pushes`: the operator pushes the request first, and the link carries the reference alone.
        """
        request = await self.request()
        asked = AuthorizationRequest(
            request.authorization_endpoint,
            request.client_id,
            request.redirect_uri,
            request.scope or "",
            request.code_challenge,
            [(parameter.name, parameter.value) for parameter in request.parameters],
        )
        link = asked.build_pushed_url(await self._push(request)) if pushes else asked.build_url("st-ate")
        back = dict(parse_qsl(urlsplit(await visit(server, link, request.redirect_uri, user)).query))
        sealed = seal(
            ConsentResponse(SecretStr(back["code"]), SecretStr(self.ticket), self.confirmation, back.get("iss")),
            request.encryption_key,
        )
        await self._patch("/status", {"status": {"response": sealed}})

    async def _push(self, request: ConsentRequest) -> str:
        """Have the request pushed, as the consent server does when the browser leaves; return its reference."""
        ticket, state = SecretStr(self.ticket), SecretStr(secrets.token_urlsafe(32))
        question = PushQuestion(ticket, state).seal(request.encryption_key)
        await self._patch("/status", {"status": {"push": {"request": question}}})

        async def is_answered() -> bool:
            return "response" in (await self._read())["status"]["push"]

        await until(is_answered, PATIENCE)
        consent = await self._read()
        answer = PushAnswer.open(consent["status"]["push"]["response"], ticket, consent["metadata"]["uid"])
        assert answer.state == state
        assert answer.request_uri is not None, "the operator has not pushed the request"
        return answer.request_uri.get_secret_value()

    async def enter_code(self, server: LoginSite, says: UserDecision = "accept") -> None:
        """Enter the user code at the provider, on another device."""
        device = (await self.request()).device
        assert device is not None
        await enter_code(server, device.verification_uri, device.user_code, says=says)

    async def confirm(self) -> None:
        """Type the code of the last page."""
        await self._patch("", {"spec": {"confirmation": self.confirmation}})

    async def reason(self) -> str | None:
        """Return how far it is."""
        conditions = (await self._read()).get("status", {}).get("conditions", [])
        return next((str(c["reason"]) for c in conditions if c["type"] == "Ready"), None)

    async def wait_for_reason(self, reason: str) -> None:
        """Wait until it is so far. Raises `AssertionError`."""

        async def is_there() -> bool:
            return await self.reason() == reason

        try:
            await until(is_there, PATIENCE)
        except TimeoutError:
            raise AssertionError(f"consent {self.name} is {await self.reason()}, not {reason}") from None

    async def request(self) -> ConsentRequest:
        """Wait for the request that the operator writes; return it."""

        async def is_there() -> bool:
            return "request" in (await self._read()).get("status", {})

        await until(is_there, PATIENCE)
        return ConsentRequest.model_validate((await self._read())["status"]["request"])

    async def _read(self) -> dict[str, Any]:
        return await self.namespace.api.request("GET", self._path)

    async def _patch(self, subresource: str, patch: dict[str, Any]) -> None:
        await self.namespace.api.request("PATCH", self._path + subresource, body=patch, content_type=MERGE)

    @property
    def _path(self) -> str:
        return f"{CONNECTORS}/namespaces/{self.namespace.name}/oauthconsents/{self.name}"
