"""What all controllers share: the ports, the memory of the process, the rules, and how to make a connector due."""

from collections.abc import Callable
from dataclasses import dataclass

from oauth_connector.connector.local_rules import LocalRules
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import Key
from oauth_connector.controller.ports import Ports


@dataclass(frozen=True, slots=True)
class ControllerContext:
    """The ports, the memory, and `enqueue`, which makes a connector due at once.

    `read_rules` returns the rules of the operator, which may change while it runs.
    """

    ports: Ports
    memory: Memory
    enqueue: Callable[[Key], None]
    read_rules: Callable[[], LocalRules] = LocalRules
