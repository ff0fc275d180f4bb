"""The log of an unexpected error: its type and its location, not its text."""

from structlog.testing import capture_logs

from oauth_connector.consent_server.middlewares import log_unexpected_error


def fail() -> None:
    """Raise an error whose text contains a secret."""
    raise ValueError("code=4/secret")


def test_the_location_of_an_unexpected_error_is_logged() -> None:
    """The text of the error is not logged: it may quote an authorization code."""
    with capture_logs() as logged:
        try:
            fail()
        except ValueError as error:
            log_unexpected_error(error)
    [entry] = logged
    assert entry["error"] == "ValueError"
    assert entry["location"] == f"test_middlewares.py:{fail.__code__.co_firstlineno + 2}"
    assert "secret" not in str(entry)
