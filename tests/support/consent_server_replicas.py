"""Two replicas of the consent server on the real API server, and the requester's and the operator's part by hand."""

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devtools.authorization_servers.registrations import TLS
from devtools.cluster.control_plane import ControlPlane
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.consent_protocol.addresses import connect_path, redirect_uri
from oauth_connector.consent_protocol.consent_response import ConsentResponse
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.consent_protocol.tickets import new_ticket, ticket_hash
from tests.support.alternating import Balancer, balancer
from tests.support.cluster import Namespace, until
from tests.support.consent_server_process import ConsentServerProcess
from tests.support.two_host_provider import TwoHostProvider, two_hosts

CONSENT_SERVER = Path(__file__).parents[2] / "deploy" / "kustomize" / "consent-server" / "consent-server.yaml"
KEYS = OperatorKeys(secrets.token_bytes(32))
DIGEST = "v1:" + "d" * 64
REQUESTER = "admin"
"""Who asks in tests: an admission policy lets nobody ask in another's name."""


@pytest.fixture(scope="session")
def consent_account(control_plane: ControlPlane) -> Path:
    """Return a kubeconfig of the consent server's ServiceAccount, with the permissions that the manifests give."""
    control_plane.kubectl("apply", "--server-side", "--filename", str(CONSENT_SERVER))
    return control_plane.kubeconfig_for("oauth-connector-system", "oauth-connector-consent")


@dataclass
class ConsentServerReplicas:
    """The service as browsers see it, and its replicas."""

    balancer: Balancer
    replicas: list[ConsentServerProcess]

    @property
    def url(self) -> str:
        """Its public URL."""
        return self.balancer.url

    def read_log(self) -> str:
        """Return what all replicas have logged."""
        return "".join(replica.read_log() for replica in self.replicas)


StartConsentServer = Callable[..., Awaitable[ConsentServerReplicas]]


@pytest.fixture(scope="session")
async def consent_site(
    tmp_path_factory: pytest.TempPathFactory, consent_account: Path, tls: TLS
) -> AsyncIterator[ConsentServerReplicas]:
    """Return the service behind TLS, as it is meant to be."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.key)
    async with balancer(context) as front:
        site = await _started(tmp_path_factory.mktemp("consent"), consent_account, front)
        yield site
        await _stopped(site)


@pytest.fixture
async def plain_site(tmp_path: Path, consent_account: Path) -> AsyncIterator[ConsentServerReplicas]:
    """Return the service on plain HTTP, as in a demonstration."""
    async with balancer() as front:
        site = await _started(tmp_path, consent_account, front)
        yield site
        await _stopped(site)


async def _started(folder: Path, account: Path, front: Balancer) -> ConsentServerReplicas:
    site = ConsentServerReplicas(front, [ConsentServerProcess(folder, account, front.url) for _ in range(2)])
    front.replicas = [replica.url for replica in site.replicas]
    await asyncio.gather(*(replica.start() for replica in site.replicas))
    return site


async def _stopped(site: ConsentServerReplicas) -> None:
    codes = await asyncio.gather(*(replica.stop() for replica in site.replicas))
    assert codes == [0, 0], site.read_log()
    assert "unexpected error in a page" not in site.read_log(), site.read_log()
    assert "c4n4ry" not in site.read_log(), "a code was logged"


@pytest.fixture
async def provider() -> AsyncIterator[TwoHostProvider]:
    """Return a provider of two hosts."""
    async with two_hosts() as made:
        yield made


class RequestedConsent:
    """One consent: what its requester knows of it, and what the operator does with it."""

    def __init__(self, namespace: Namespace, name: str, ticket: str, uid: str) -> None:
        self.namespace, self.name, self.ticket, self.uid = namespace, name, ticket, uid

    @property
    def path(self) -> str:
        """The path of its page."""
        return connect_path(self.namespace.name, self.name)

    @property
    def fragment(self) -> str:
        """The path of its page, with the ticket: what follows the public URL in the link."""
        return f"{self.path}#{self.ticket}"

    async def fill(self, public_url: str, endpoint: str, **request: object) -> None:
        """Write the request, as the operator does."""
        filled = {
            "connectorUID": "11111111-2222-3333-4444-555555555555",
            "authorizationEndpoint": endpoint,
            "tokenHost": "accounts.example.com",
            "clientID": "1000.EXAMPLE",
            "redirectURI": redirect_uri(public_url, self.namespace.name, "zoho"),
            "scope": "ZohoCRM.modules.ALL,ZohoCRM.settings.READ",
            "parameters": [{"name": "access_type", "value": "offline"}, {"name": "prompt", "value": "consent"}],
            "codeChallenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "callbackParameters": ["accounts-server"],
            "secretName": "zoho-token",
            "confirmationRequired": True,
            "encryptionKey": KEYS.public_key(self.uid),
            "digest": DIGEST,
            "expirationTime": (datetime.now(UTC) + timedelta(minutes=10)).isoformat(timespec="seconds"),
            **request,
        }
        await self.status({"request": {name: value for name, value in filled.items() if value is not None}})

    async def conclude(self, status: str, reason: ConsentReason, message: str) -> None:
        """Write the condition, as the operator does."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        ready = {"type": "Ready", "status": status, "reason": reason.value, "message": message}
        await self.status({"conditions": [{**ready, "observedGeneration": 1, "lastTransitionTime": at}]})

    async def status(self, status: dict[str, Any]) -> None:
        """Merge into its status."""
        await self.namespace.edit("oauthconsents", f"{self.name}/status", {"status": status})

    async def response(self) -> str | None:
        """Return the sealed response, or nothing."""
        found = await self.namespace.get("oauthconsents", self.name) or {}
        sealed: str | None = (found.get("status") or {}).get("response")
        return sealed

    async def answer(self) -> ConsentResponse:
        """Wait for the response, and open it as the operator does."""

        async def is_there() -> bool:
            return await self.response() is not None

        await until(is_there)
        return KEYS.unseal(self.uid, await self.response() or "")


async def ask(namespace: Namespace, name: str = "zoho-k7", **spec: object) -> RequestedConsent:
    """Create a consent for the connector `zoho`, as kubectl oauth authorize does."""
    ticket = new_ticket(secrets.token_bytes)
    body = {
        "apiVersion": "oauthconnector.dev/v1alpha1",
        "kind": "OAuthConsent",
        "metadata": {"name": name},
        "spec": {
            "connectorName": "zoho",
            "requestedBy": REQUESTER,
            "ticketHash": ticket_hash(ticket),
            "redirect": "Hosted",
            **spec,
        },
    }
    made = await namespace.api.request("POST", namespace._path("oauthconsents"), body=body)
    return RequestedConsent(namespace, name, ticket, made["metadata"]["uid"])


@pytest.fixture
async def asked(
    namespace: Namespace, consent_site: ConsentServerReplicas, provider: TwoHostProvider
) -> RequestedConsent:
    """Return a consent that waits for its user."""
    made = await ask(namespace)
    await made.fill(consent_site.url, provider.endpoint)
    return made
