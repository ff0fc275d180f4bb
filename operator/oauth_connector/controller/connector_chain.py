"""Connectors that present the token of another connector: a chain of them must not lead back to its beginning."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from oauth_connector.connector.credentials import explain_unusable_output
from oauth_connector.connector.observation import AnyConnector, Connector, Key
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy

LONGEST_CHAIN = 16
"""Connectors that the token of one connector may depend on: each of them is read before a request."""

ReadConnector = Callable[[Key], Awaitable[AnyConnector | None]]


async def find_loop(connector: Connector, read: ReadConnector) -> Problem | None:
    """Follow the references to connectors; return the problem of one that leads back, or `None`.

    Without it each connector of a loop would wait for the token of another one. A connector that does not exist ends
    its chain: its output Secret does not exist either, which is reported elsewhere.
    """
    own = connector.key.name
    for path, first in connector.spec.connector_references.items():
        seen, waiting = set[str](), [first]
        while waiting:
            name = waiting.pop()
            if name == own or len(seen) >= LONGEST_CHAIN:
                return _explain(connector, path, first, leads_back=name == own)
            if name not in seen:
                seen.add(name)
                found = await read(Key(connector.key.namespace, name))
                waiting += found.spec.connector_references.values() if isinstance(found, Connector) else ()
    return None


def _explain(connector: Connector, path: str, first: str, *, leads_back: bool) -> Problem:
    cause = "it depends on the token of this connector" if leads_back else f"it depends on {LONGEST_CHAIN} connectors"
    secret, _ = connector.spec.credential_references[path]
    problem = explain_unusable_output(first, secret, f"{cause}. Refer to another connector in `spec.{path}`")
    return replace(problem, remedy=Remedy.FIX_SPEC)
