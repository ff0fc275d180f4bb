"""Where a token comes from: straight from the token endpoint, or through the keeper where a grant must not be lost."""

from oauth_connector.connector.checks.decisions import RequestCause
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import Observation
from oauth_connector.controller.grant_store import GrantStore
from oauth_connector.controller.token_client import TokenClient


class TokenSource:
    """Asks for a token in the way that the grant needs."""

    def __init__(self, token_client: TokenClient, grant_store: GrantStore, memory: Memory) -> None:
        self._token_client = token_client
        self._grant_store = grant_store
        self._memory = memory

    async def ask(self, obs: Observation, cause: RequestCause) -> TokenObtained | RequestFailed | None:
        """Ask for a token; `None` where another process is at it. Raises `ClusterUnavailable`."""
        if obs.connector.valid_spec.may_hold_refresh_token:
            return await self._grant_store.ask(obs, cause)
        return await self._token_client.ask(obs.connector, self._memory.of(obs.connector.key).refusal)
