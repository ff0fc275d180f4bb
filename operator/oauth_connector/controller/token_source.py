"""Where a token comes from: straight from the token endpoint, or through the keeper where a grant must not be lost."""

from oauth_connector.connector.checks.decisions import Cause
from oauth_connector.connector.grant.results import Failed, Received
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import Observation
from oauth_connector.controller.grant_store import GrantKeeper
from oauth_connector.controller.token_client import Exchange


class TokenSource:
    """Asks for a token in the way that the grant needs."""

    def __init__(self, exchange: Exchange, keeper: GrantKeeper, memory: Memory) -> None:
        self._exchange = exchange
        self._keeper = keeper
        self._memory = memory

    async def ask(self, obs: Observation, cause: Cause) -> Received | Failed | None:
        """Ask for a token; `None` where another process is at it. Raises `ClusterUnavailable`."""
        if obs.connector.valid_spec.may_hold_refresh_token:
            return await self._keeper.ask(obs, cause)
        return await self._exchange.ask(obs.connector, self._memory.of(obs.connector.key).refusal)
