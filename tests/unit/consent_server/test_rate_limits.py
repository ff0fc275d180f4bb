"""How often clients may send requests."""

from oauth_connector.consent_server.rate_limits import RateLimits
from oauth_connector.kube.token_buckets import Rate
from tests.support.manual_clock import ManualClock


def test_a_client_over_its_limit_does_not_use_the_limit_of_the_consent() -> None:
    """One address cannot use up what all may ask at one consent."""
    limits = RateLimits(ManualClock(), Rate(burst=1, per_second=0), Rate(burst=2, per_second=0))
    assert limits.may_proceed("1.1.1.1", "sales/zoho")
    assert not limits.may_proceed("1.1.1.1", "sales/zoho")
    assert limits.may_proceed("2.2.2.2", "sales/zoho")
    assert not limits.may_proceed("3.3.3.3", "sales/zoho")
    assert limits.may_proceed("4.4.4.4")
