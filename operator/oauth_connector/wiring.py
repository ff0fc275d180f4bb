"""The rooms of a pass, joined: what is called for each connector, over whichever edges it is given."""

from dataclasses import dataclass, field

from oauth_connector.connector.consent.request import ConsentPolicy
from oauth_connector.connector.memory import Memory
from oauth_connector.controller.consents import ConsentReconciler
from oauth_connector.controller.grant_store import GrantStore, OnFaultPoint, ignore_fault_point
from oauth_connector.controller.performer import Performer
from oauth_connector.controller.ports import Ports
from oauth_connector.controller.reconciler import Reconciler
from oauth_connector.controller.revocation import GrantRevoker
from oauth_connector.controller.secret_writer import SecretWriter
from oauth_connector.controller.token_client import OnTokenRequest, TokenClient
from oauth_connector.controller.token_refresher import TokenRefresher
from oauth_connector.controller.token_source import TokenSource


@dataclass(frozen=True, slots=True)
class Controller:
    """The pass, the minter that calls connectors when a place at a host is free, and what both remember."""

    reconcile: Reconciler
    refresher: TokenRefresher
    memory: Memory


@dataclass(frozen=True, slots=True)
class ControllerOptions:
    """What whoever joins the rooms may choose."""

    require_allowed_hosts: bool = False
    consent_policy: ConsentPolicy = field(default_factory=ConsentPolicy)
    on_token_request: OnTokenRequest = lambda _call: None
    on_point: OnFaultPoint = ignore_fault_point


def join(edges: Ports, options: ControllerOptions | None = None) -> Controller:
    """Join the rooms, with nothing in memory."""
    chosen, memory = options or ControllerOptions(), Memory()
    token_client = TokenClient(
        edges.cluster,
        edges.provider,
        edges.clock,
        on_token_request=chosen.on_token_request,
        require_allowed_hosts=chosen.require_allowed_hosts,
    )
    grant_store = GrantStore(edges.cluster, token_client, memory, edges.clock, chosen.on_point)
    secret_writer = SecretWriter(edges.cluster, memory)
    refresher = TokenRefresher(
        edges.cluster, TokenSource(token_client, grant_store, memory), secret_writer, memory, edges.clock
    )
    performer = Performer(
        edges.cluster, refresher, secret_writer, GrantRevoker(edges.cluster, token_client, memory, edges.clock)
    )
    consents = ConsentReconciler(edges, token_client, memory, chosen.consent_policy)
    return Controller(Reconciler(edges, performer, consents, memory), refresher, memory)
