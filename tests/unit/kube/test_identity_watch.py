"""A process whose identity the API server rejects: how many requests it sends, and when it ends, in virtual time."""

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from oauth_connector.kube.access import Access
from oauth_connector.kube.api_tokens import FixedToken
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import UNAUTHORIZED, IdentityLostError, KubeError
from oauth_connector.kube.identity import LOST_AFTER, Identity
from oauth_connector.kube.identity_watch import require_identity
from tests.support.virtual_time import run_virtually


class RejectingAPI(KubeAPI):
    """A client whose requests are rejected until a time, without a server; it records when they are sent."""

    def __init__(self, until: float) -> None:
        super().__init__(Access("https://api.example.com"))
        self.identity = Identity(FixedToken(SecretStr("old")), asyncio.get_running_loop().time)
        self.sent: list[float] = []
        self._until = until

    async def request(self, method: str, path: str, **_more: object) -> dict[str, Any]:
        """Respond as the API server would."""
        del method, path
        token = self.identity.take_token()
        now = asyncio.get_running_loop().time()
        self.sent.append(now)
        if now < self._until:
            self.identity.reject(token)
            raise KubeError(UNAUTHORIZED, "Unauthorized")
        self.identity.accept()
        return {}


async def is_rejected_until(until: float, hours: float) -> tuple[RejectingAPI, bool, float]:
    """Run three loops that list every second, beside the watch; return the client, whether it ended, and when."""
    api = RejectingAPI(until)

    async def list_again() -> None:
        while True:
            try:
                await api.request("GET", "/api")
            except KubeError:
                await asyncio.sleep(1)
            else:
                await asyncio.sleep(600)

    loops = [asyncio.create_task(list_again()) for _ in range(3)]
    try:
        async with asyncio.timeout(hours * 3600):
            await require_identity(api)
    except (IdentityLostError, TimeoutError) as error:
        return api, isinstance(error, IdentityLostError), asyncio.get_running_loop().time()
    finally:
        for loop in loops:
            loop.cancel()
    raise AssertionError("it ends with an error")


def test_a_process_without_an_identity_ends_after_minutes() -> None:
    """Nothing but 401: the process ends within five minutes, and has sent fewer than twenty requests."""
    api, has_ended, at = run_virtually(is_rejected_until(float("inf"), hours=1))
    assert has_ended
    assert LOST_AFTER <= at < 300
    assert len(api.sent) < 20


@pytest.mark.parametrize("until", [0.5, 20, 170])
def test_a_process_that_is_accepted_again_goes_on(until: float) -> None:
    """After its next turn, at most 45 seconds later, all requests are sent again."""
    api, has_ended, _ = run_virtually(is_rejected_until(until, hours=1))
    assert not has_ended
    assert not api.identity.is_rejected
    assert min(at for at in api.sent if at >= until) <= until + 45
