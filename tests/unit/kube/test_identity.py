"""When a rejected token is sent again, and when the identity counts as lost."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from oauth_connector.kube.api_tokens import FixedToken, TokenFile
from oauth_connector.kube.errors import AccessError
from oauth_connector.kube.identity import LONGEST_PAUSE, Identity, TokenRejectedError
from tests.support.manual_clock import ManualClock


def no_spread(_low: float, _high: float) -> float:
    """Return the middle of what is random."""
    return 1.0


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that the test moves."""
    return ManualClock(1000.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with a token in it."""
    path = tmp_path / "token"
    path.write_text("first")
    return path


@pytest.fixture
def identity(file: Path, clock: ManualClock) -> Identity:
    """Return the identity with the token of that file."""
    return Identity(TokenFile(file, clock), clock, no_spread)


def attempts(identity: Identity, clock: ManualClock, seconds: int) -> list[float]:
    """Take the token ten times a second, let each be rejected, and return the times at which one was sent."""
    sent, start = [], clock.now
    for tenth in range(seconds * 10):
        clock.now = start + tenth / 10
        try:
            identity.reject(identity.take_token())
        except TokenRejectedError:
            continue
        sent.append(round(clock.now - start, 1))
    return sent


def test_a_rejected_token_is_sent_again_after_growing_pauses(identity: Identity, clock: ManualClock) -> None:
    """The pauses double up to half a minute, however often a request wants to be sent."""
    assert attempts(identity, clock, 125) == [0, 1, 3, 7, 15, 31, 61, 91, 121]
    assert LONGEST_PAUSE == 30


def test_another_token_is_sent_at_once(identity: Identity, clock: ManualClock, file: Path) -> None:
    """A newer token in the file is found by the next request, whatever the pause."""
    attempts(identity, clock, 60)
    file.write_text("second")
    assert identity.take_token() == "second"


def test_an_accepted_token_ends_the_pauses(identity: Identity, clock: ManualClock) -> None:
    """The next rejection begins with the first pause."""
    attempts(identity, clock, 60)
    identity.accept()
    assert attempts(identity, clock, 5) == [0, 1, 3]


def test_a_late_response_to_an_old_token_changes_nothing(identity: Identity, file: Path) -> None:
    """A request that was sent with the token before may be rejected after the newer one was accepted."""
    file.write_text("second")
    identity.renew("first")
    assert identity.has_other("first")
    identity.reject("first")
    assert not identity.is_rejected


def test_the_identity_is_lost_after_minutes_of_nothing_but_401(identity: Identity, clock: ManualClock) -> None:
    """The process is not ready after a minute, and lost after three."""
    attempts(identity, clock, 60)
    assert identity.unready_reason is None
    attempts(identity, clock, 60)
    assert identity.unready_reason == "the API server rejects the token of this process"
    assert not identity.is_lost
    attempts(identity, clock, 120)
    assert identity.is_lost


def test_an_accepted_request_keeps_the_identity(identity: Identity, clock: ManualClock) -> None:
    """An API server that rejects now and then is not a reason to end."""
    for _ in range(10):
        attempts(identity, clock, 59)
        identity.accept()
    assert not identity.is_lost
    assert identity.unready_reason is None


def test_an_unavailable_api_server_is_no_rejection(identity: Identity, clock: ManualClock) -> None:
    """After one 401 the API server does not respond for an hour: the identity is not lost."""
    attempts(identity, clock, 1)
    clock.now += 3600
    assert identity.take_token() == "first"
    assert not identity.is_lost


def test_a_rejection_is_two_lines_of_the_log(identity: Identity, clock: ManualClock) -> None:
    """One when the token is first withheld, one when the API server accepts it again."""
    with capture_logs() as lines:
        attempts(identity, clock, 150)
        identity.accept()
    assert [line["event"] for line in lines] == [
        "the API server rejects the token, which is sent again after pauses",
        "the API server accepts the token again",
    ]


def test_a_missing_token_is_looked_for_after_the_same_pauses(tmp_path: Path, clock: ManualClock) -> None:
    """The cause is reported each time; in between nothing is sent. A token that appears is sent at once."""
    identity = Identity(TokenFile(tmp_path / "none", clock), clock, no_spread)
    with pytest.raises(AccessError):
        identity.take_token()
    with pytest.raises(TokenRejectedError):
        identity.take_token()
    (tmp_path / "none").write_text("now")
    assert identity.take_token() == "now"


def test_a_certificate_is_paused_like_a_token(clock: ManualClock) -> None:
    """An identity without a token may be rejected too."""
    identity = Identity(None, clock, no_spread)
    assert attempts(identity, clock, 10) == [0, 1, 3, 7]
    identity.renew("")
    assert not identity.has_other("")


def test_requests_that_are_rejected_together_cause_one_renewal(clock: ManualClock) -> None:
    """A login program runs once for them."""
    source = CountingToken(SecretStr("one"))
    identity = Identity(source, clock, no_spread)
    for _ in range(5):
        identity.renew("one")
    assert source.renewals == 1


class CountingToken(FixedToken):
    """A fixed token that counts its renewals."""

    renewals = 0

    def renew(self) -> None:
        """Count."""
        type(self).renewals += 1
