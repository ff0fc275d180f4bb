"""The rooms of a pass, joined: what is called for each connector, over whichever edges it is given."""

from dataclasses import dataclass

from oauth_connector.connector.memory import Memory
from oauth_connector.exchange import Exchange, OnCall
from oauth_connector.mint import Minter
from oauth_connector.perform import Performer
from oauth_connector.ports import Clock, Cluster, Provider, Recorder
from oauth_connector.publish import Publisher
from oauth_connector.reconcile import Reconciler


@dataclass(frozen=True, slots=True)
class Edges:
    """What a pass touches of the world."""

    cluster: Cluster
    provider: Provider
    recorder: Recorder
    clock: Clock


@dataclass(frozen=True, slots=True)
class Rooms:
    """The pass, the minter that calls connectors when a place at a host is free, and what both remember."""

    reconcile: Reconciler
    minter: Minter
    memory: Memory


def join(edges: Edges, on_call: OnCall = lambda _call: None, *, require_allowed_hosts: bool = False) -> Rooms:
    """Join the rooms, with nothing in memory."""
    memory = Memory()
    publisher = Publisher(edges.cluster, memory)
    exchange = Exchange(
        edges.cluster, edges.provider, edges.clock, on_call=on_call, require_allowed_hosts=require_allowed_hosts
    )
    minter = Minter(edges.cluster, exchange, publisher, memory, edges.clock)
    performer = Performer(edges.cluster, minter, publisher)
    return Rooms(Reconciler(edges.cluster, performer, memory, edges.recorder, edges.clock), minter, memory)
