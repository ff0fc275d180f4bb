"""The quota of the page about limits is enforced for connectors and consents."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import yaml

from oauth_connector.kube.errors import FORBIDDEN, KubeError
from tests.support.builders import a_spec
from tests.support.cluster import Namespace
from tests.support.consent_server_replicas import ask
from tests.support.page_commands import read_blocks

PAGE = Path(__file__).parents[2] / "docs/how-to/limit-connectors.md"


async def test_objects_beyond_the_quota_of_the_page_are_refused(namespace: Namespace) -> None:
    """The names of the page are those that the API server counts, here with a limit of one."""
    (block,) = read_blocks(PAGE, "yaml")
    quota = yaml.safe_load(block)
    hard = quota["spec"]["hard"]
    assert set(hard) == {"count/oauthconnectors.oauthconnector.dev", "count/oauthconsents.oauthconnector.dev"}
    await namespace.add_quota(quota["metadata"]["name"], dict.fromkeys(hard, "1"))
    creations: tuple[Callable[[str], Awaitable[object]], ...] = (
        lambda name: namespace.add_connector(name, a_spec()),
        lambda name: ask(namespace, name),
    )
    for create in creations:
        await create("first")
        with pytest.raises(KubeError) as refused:
            await create("second")
        assert refused.value.status == FORBIDDEN, "the user is an administrator, so only a quota refuses"
