"""A port for boundelves alone."""

import os
import socket

import pytest

from devtools.local.free_port import free_port
from oauth_connector.kubectl_plugin import loopback_port as ports
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.kubectl_plugin.expected_redirect import ExpectedRedirect
from oauth_connector.kubectl_plugin.loopback import listen
from tests.support.consent_requests import a_consent_request


def test_localhost_binds_both_addresses() -> None:
    """A browser may use either address, so that no other process may have the other one."""
    port = free_port()
    sockets = ports.bind("localhost", port)
    try:
        assert {bound_socket.getsockname()[0] for bound_socket in sockets} == {"127.0.0.1", "::1"}
    finally:
        for bound_socket in sockets:
            bound_socket.close()


def test_localhost_binds_no_address_if_one_is_in_use() -> None:
    """If another process has one of its addresses, the other one is released."""
    port = free_port()
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", port))
        other.listen()
        with pytest.raises(CommandFailed, match=rf"Port {port}.*\(process {os.getpid()}\)"):
            ports.bind("localhost", port)
    ports.bind("127.0.0.1", port)[0].close()


def test_a_port_cannot_be_shared() -> None:
    """Another program's willingness (`SO_REUSEADDR`, `SO_REUSEPORT`) does not matter."""
    port = free_port()
    [bound] = ports.bind("127.0.0.1", port)
    with bound, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        with pytest.raises(OSError, match="in use"):
            other.bind(("0.0.0.0", port))  # noqa: S104  # what is tried must fail


async def test_an_invalid_port_is_reported() -> None:
    """A schema may let it pass."""
    request = a_consent_request(redirect_uri="http://127.0.0.1:70000/oauth/callback/shop/crm")
    with pytest.raises(CommandFailed, match="between 1024 and 65535"):
        async with listen(ExpectedRedirect(request, "state")):
            pass
