"""The rooms of a pass, joined: what is called for each connector, over whichever edges it is given."""

from dataclasses import dataclass, field

from oauth_connector.connector.consent.request import Terms
from oauth_connector.connector.memory import Memory
from oauth_connector.controller.consents import ConsentDesk
from oauth_connector.controller.grant_store import GrantKeeper, OnPoint, nowhere
from oauth_connector.controller.performer import Performer
from oauth_connector.controller.ports import Edges
from oauth_connector.controller.reconciler import Reconciler
from oauth_connector.controller.revocation import Revoker
from oauth_connector.controller.secret_writer import Publisher
from oauth_connector.controller.token_client import Exchange, OnCall
from oauth_connector.controller.token_refresher import Minter
from oauth_connector.controller.token_source import TokenSource


@dataclass(frozen=True, slots=True)
class Rooms:
    """The pass, the minter that calls connectors when a place at a host is free, and what both remember."""

    reconcile: Reconciler
    minter: Minter
    memory: Memory


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever joins the rooms may choose."""

    require_allowed_hosts: bool = False
    terms: Terms = field(default_factory=Terms)
    on_call: OnCall = lambda _call: None
    on_point: OnPoint = nowhere


def join(edges: Edges, options: Options | None = None) -> Rooms:
    """Join the rooms, with nothing in memory."""
    chosen, memory = options or Options(), Memory()
    exchange = Exchange(
        edges.cluster,
        edges.provider,
        edges.clock,
        on_call=chosen.on_call,
        require_allowed_hosts=chosen.require_allowed_hosts,
    )
    keeper = GrantKeeper(edges.cluster, exchange, memory, edges.clock, chosen.on_point)
    publisher = Publisher(edges.cluster, memory)
    minter = Minter(edges.cluster, TokenSource(exchange, keeper, memory), publisher, memory, edges.clock)
    performer = Performer(edges.cluster, minter, publisher, Revoker(edges.cluster, exchange, memory, edges.clock))
    desk = ConsentDesk(edges, exchange, memory, chosen.terms)
    return Rooms(Reconciler(edges, performer, desk, memory), minter, memory)
