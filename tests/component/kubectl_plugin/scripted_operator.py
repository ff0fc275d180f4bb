"""The operator's part in a consent, played by hand through the administrator's client."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from oauth_connector.consent_protocol.consent_response import ConsentResponse
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.consent_protocol.push_exchange import PushAnswer
from oauth_connector.oauth.authorization import compute_challenge
from tests.support.cluster import MERGE, Manifest, Namespace, until

GROUP = "/apis/oauthconnector.dev/v1alpha1"


class ScriptedOperator:
    """Completes requests, opens responses and reports results."""

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self.keys = OperatorKeys(os.urandom(32))

    async def consents(self) -> list[Manifest]:
        """Return the consents of the namespace."""
        return (await self._namespace.api.request("GET", self._path("oauthconsents")))["items"] or []

    async def consent(self) -> Manifest:
        """Wait for the one consent, and give it."""
        await until(self.consents)
        return (await self.consents())[0]

    async def fill(self, redirect_uri: str, endpoint: str, **changes: Any) -> Manifest:
        """Fill the request of the one consent, and give it."""
        consent = await self.consent()
        uid = consent["metadata"]["uid"]
        request = {
            "connectorUID": "uid-of-crm",
            "authorizationEndpoint": endpoint,
            "tokenHost": "127.0.0.1",
            "clientID": "crm-client",
            "redirectURI": redirect_uri,
            "scope": "read write",
            "parameters": [{"name": "access_type", "value": "offline"}],
            "codeChallenge": compute_challenge(self.keys.verifier(uid)),
            "secretName": "crm-token",
            "confirmationRequired": True,
            "encryptionKey": self.keys.public_key(uid),
            "digest": "v1:digest",
            "expirationTime": _time(timedelta(minutes=15)),
            **changes,
        }
        await self._write("oauthconsents", consent["metadata"]["name"], {"request": request})
        return consent

    async def answer(self) -> ConsentResponse:
        """Wait for the response and the confirmation; return the unsealed response."""

        async def is_there() -> bool:
            consent = await self.consent()
            return "response" in consent.get("status", {}) and "confirmation" in consent["spec"]

        await until(is_there)
        consent = await self.consent()
        opened = self.keys.unseal(consent["metadata"]["uid"], consent["status"]["response"])
        assert opened.confirmation == consent["spec"]["confirmation"]
        return opened

    async def answer_push(self, reference: str | None) -> str:
        """Wait for the question for a pushed request, and answer it; return the `state` of the command."""

        async def is_there() -> bool:
            return "push" in (await self.consent()).get("status", {})

        await until(is_there)
        consent = await self.consent()
        uid = consent["metadata"]["uid"]
        question = self.keys.open_push_question(uid, consent["status"]["push"]["request"])
        answer = PushAnswer(question.state, SecretStr(reference) if reference else None)
        push = {"push": {"response": answer.seal(question.ticket, uid)}}
        await self._write("oauthconsents", consent["metadata"]["name"], push)
        return question.state.get_secret_value()

    async def respond(self) -> None:
        """Put a response there, as the consent server does."""
        name = (await self.consent())["metadata"]["name"]
        await self._write("oauthconsents", name, {"response": "a.b.c.d.e"})

    async def confirmation(self) -> str:
        """Wait for a confirmation, and give it."""

        async def is_there() -> bool:
            return "confirmation" in (await self.consent())["spec"]

        await until(is_there)
        return str((await self.consent())["spec"]["confirmation"])

    async def say(self, status: str, reason: str, message: str = "", **more: Any) -> None:
        """Say how far the one consent is."""
        metadata = (await self.consent())["metadata"]
        conditions = [_condition(status, reason, message, metadata["generation"])]
        await self._write("oauthconsents", metadata["name"], {"conditions": conditions, **more})

    async def delete(self, consent: Manifest) -> None:
        """Delete a consent, as another client may."""
        await self._namespace.api.request("DELETE", f"{self._path('oauthconsents')}/{consent['metadata']['name']}")

    async def connect(self, connector: str = "crm") -> None:
        """Say that the one consent is connected, and show the connector's token."""
        await self.say("True", "Authorized", "Connected")
        await self.show(connector, expirationTime=_time(timedelta(hours=1, seconds=30)))

    async def show(self, connector: str = "crm", /, ready: str = "True", **status: Any) -> None:
        """Write a connector's status."""
        reason = "TokenIssued" if ready == "True" else "ConsentRequired"
        body = {
            "observedGeneration": 1,
            "conditions": [_condition(ready, reason, "Secret `crm-token` contains a valid token.", 1)],
            "secretRef": {"name": "crm-token"},
            "consent": {"requestedBy": "ann", "time": _time(timedelta(seconds=5)), "account": "ann@example.com"},
            **status,
        }
        await self._write("oauthconnectors", connector, body)

    async def _write(self, plural: str, name: str, status: Manifest) -> None:
        path = f"{self._path(plural)}/{name}/status"
        await self._namespace.api.request("PATCH", path, body={"status": status}, content_type=MERGE)

    def _path(self, plural: str) -> str:
        return f"{GROUP}/namespaces/{self._namespace.name}/{plural}"


def _condition(status: str, reason: str, message: str, generation: int) -> Manifest:
    return {
        "type": "Ready",
        "status": status,
        "reason": reason,
        "message": message,
        "observedGeneration": generation,
        "lastTransitionTime": _time(timedelta()),
    }


def _time(ahead: timedelta) -> str:
    return (datetime.now(UTC) + ahead).isoformat(timespec="seconds").replace("+00:00", "Z")
