"""The service's pages over consents in memory, on a real port, with a clock that tests move."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from oauth_connector.api.v1alpha1.consent import OAuthConsentSpec
from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_protocol.addresses import redirect_uri
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.consent_protocol.tickets import new_ticket, ticket_hash
from oauth_connector.consent_server.client_address import ClientAddress
from oauth_connector.consent_server.consent_store import ConsentView
from oauth_connector.consent_server.object_key import ObjectKey
from oauth_connector.consent_server.rate_limits import RateLimits
from oauth_connector.consent_server.server import NO_PROXY, OPTIONS, build_application, build_context
from oauth_connector.kube.token_buckets import Rate
from oauth_connector.telemetry.http_server import serve_application
from tests.support.http_client import HTTPClient, open_client
from tests.support.in_memory_consent_store import InMemoryClientKeyStore, InMemoryConsentStore

KEYS = OperatorKeys(b"m" * 32)
PUBLIC = "https://connect.example.com"
CREATED = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENOUGH = Rate(burst=1000, per_second=1000)


@dataclass
class ConsentScenario:
    """One consent, its ticket, the service, and the time."""

    store: InMemoryConsentStore = field(default_factory=InMemoryConsentStore)
    client_keys: InMemoryClientKeyStore = field(default_factory=InMemoryClientKeyStore)
    name: ObjectKey = field(default_factory=lambda: ObjectKey("sales", "zoho-k7"))
    ticket: str = field(default_factory=lambda: new_ticket(secrets.token_bytes))
    now: datetime = CREATED + timedelta(seconds=5)

    path = "/connect/sales/zoho-k7"
    callback = "/oauth/callback/sales/zoho"

    def consent(self) -> ConsentView:
        """Return the consent as it is held."""
        return self.store.held[self.name]


def request_for(uid: str) -> ConsentRequest:
    """Return what the operator asks."""
    return ConsentRequest(
        connector_uid="c",
        authorization_endpoint="https://accounts.example.com/auth",
        token_host="accounts.example.com",
        client_id="abc",
        redirect_uri=redirect_uri(PUBLIC, "sales", "zoho"),
        secret_name="zoho-token",
        confirmation_required=True,
        encryption_key=KEYS.public_key(uid),
        digest="v1:d",
        expiration_time=CREATED + timedelta(minutes=15),
    )


def new_scenario() -> ConsentScenario:
    """Make a world with a consent that waits for its user."""
    made = ConsentScenario()
    spec = OAuthConsentSpec.model_validate(
        {
            "connectorName": "zoho",
            "requestedBy": "alice",
            "ticketHash": ticket_hash(made.ticket),
            "redirect": "Hosted",
        }
    )
    made.store.held[made.name] = ConsentView(made.name, "u-1", "1", CREATED, spec, request_for("u-1"), None, None)
    return made


@asynccontextmanager
async def serve_scenario(
    world: ConsentScenario, limits: RateLimits | None = None, addresses: ClientAddress = NO_PROXY
) -> AsyncIterator[HTTPClient]:
    """Serve it on a real port, and give a browser there that believes to be at the public URL."""
    limits = limits or RateLimits(lambda: 0.0, ENOUGH, ENOUGH, ENOUGH)
    parts = replace(
        build_context(PUBLIC, world.store, world.client_keys, addresses), now=lambda: world.now, limits=limits
    )
    async with (
        serve_application(build_application(parts), "127.0.0.1", 0, OPTIONS) as port,
        open_client(f"http://127.0.0.1:{port}") as made,
    ):
        made.origin = PUBLIC
        yield made
