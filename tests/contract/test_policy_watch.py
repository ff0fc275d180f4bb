"""The operator finds its admission policies on the real API server, with the permissions of its role."""

import asyncio
from pathlib import Path

from oauth_connector.kube.access import from_kubeconfig
from oauth_connector.kube.admission_policies import PolicyState, PolicyWatch
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.policy_digests import POLICY_DIGESTS
from tests.support.polling import eventually


async def test_the_operator_recognizes_the_installed_policies(service_account: Path) -> None:
    """The API server adds defaults to what was applied, and these change nothing."""
    states: dict[str, PolicyState] = {}
    async with KubeAPI(from_kubeconfig(service_account)) as api:
        watch = asyncio.create_task(PolicyWatch(api, states.__setitem__).run())
        await eventually(lambda: len(states) == len(POLICY_DIGESTS))
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
    assert states == dict.fromkeys(POLICY_DIGESTS, PolicyState.INSTALLED)
