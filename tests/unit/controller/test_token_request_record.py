"""The record of a token request is for log and metrics; the response is worth more."""

from structlog.testing import capture_logs

from oauth_connector.connector.grant.results import TokenObtained
from oauth_connector.controller.token_client import TokenClient, TokenRequestRecord
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
