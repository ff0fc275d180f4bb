"""The record of a token request is for log and metrics; the response is worth more."""

import pytest
from structlog.testing import capture_logs

from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.controller.token_request_record import TokenRequestRecord
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.builders import a_connector
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_provider import FakeProvider


async def test_a_record_that_raises_does_not_lose_the_token() -> None:
    """A rotated refresh token in the response would be lost with it."""

    def fail(_record: TokenRequestRecord) -> None:
        raise ZeroDivisionError

    cluster = FakeCluster()
    cluster.add_credential("shop", "robot", client_secret=b"the key")
    client = TokenClient(cluster, FakeProvider(), lambda: 0.0, on_token_request=fail)
    with capture_logs() as logged:
        result = await client.request_token(a_connector())
    assert isinstance(result, TokenObtained)
    assert [line["connector"] for line in logged] == ["shop/crm"]


@pytest.mark.parametrize(
    ("signal", "recorded"),
    [
        (Signal(Symptom.SUPERSEDED), []),
        (Signal(Symptom.TIMEOUT), ["ProviderUnreachable"]),
        (Signal(Symptom.CONNECTION_REFUSED), ["ProviderUnreachable"]),
    ],
)
async def test_a_request_that_another_process_sends_instead_is_not_counted(signal: Signal, recorded: list[str]) -> None:
    """A lost Lease is no failure of the provider; a connection that fails is one."""
    cluster, provider, results = FakeCluster(), FakeProvider(), list[str]()
    cluster.add_credential("shop", "robot", client_secret=b"the key")
    provider.answer = signal
    client = TokenClient(cluster, provider, lambda: 0.0, on_token_request=lambda record: results.append(record.result))
    failed = await client.request_token(a_connector())
    assert isinstance(failed, RequestFailed)
    assert (failed.in_doubt, results) == (False, recorded)
