"""Destinations that a cluster administrator allows: what an entry may contain, and the errors of others."""

import pytest
from pydantic import ValidationError

from oauth_connector.net.destinations import LONGEST_HOST, AllowedDestination

HOSTS = {
    "login.corp.example": "login.corp.example",
    "Login.Corp.Example": "login.corp.example",
    "login.corp.example.": "login.corp.example",  # the dot of the root (RFC 1034 §3.1)
    "*.corp.example.": "*.corp.example",
    "dex": "dex",
    "my_dex.auth.svc": "my_dex.auth.svc",
    "10.0.0.5": "10.0.0.5",
    "xn--bcher-kva.example": "xn--bcher-kva.example",
}


@pytest.mark.parametrize(("written", "compared"), HOSTS.items())
def test_a_host_is_normalized(written: str, compared: str) -> None:
    """An entry matches each way to write its name."""
    entry = AllowedDestination(host=written)
    assert entry.host == compared
    assert entry.has_host(compared.replace("*", "login"))


@pytest.mark.parametrize(
    "host",
    [
        "https://login.corp.example",
        "login.corp.example:8443",
        "login.corp.example/token",
        "user@login.corp.example",
        "",
        "*",
        "*.",
        ".corp.example",
        "login..example",
        "login.*.example",
        "login.corp.example..",
        "login.corp.example\n",
        "10.0.0.0/8",
        "::1",
        "[::1]",
        "bücher.example",
        "a" * (LONGEST_HOST + 1),
    ],
)
def test_a_host_that_would_match_nothing_is_refused(host: str) -> None:
    """The message contains the cure, and where ports and networks belong."""
    with pytest.raises(
        ValidationError, match=r"is not a host: write a name without scheme, port and path.* `ports`.* `cidr`"
    ):
        AllowedDestination(host=host)


def test_an_entry_without_any_port_is_refused() -> None:
    """It would match nothing."""
    with pytest.raises(ValidationError, match="ports"):
        AllowedDestination(host="login.corp.example", ports=())
