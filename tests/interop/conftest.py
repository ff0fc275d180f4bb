"""The servers, one after the other."""

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer


@pytest.fixture(params=["canaille", "oidc_provider"])
def server(request: pytest.FixtureRequest) -> AuthorizationServer:
    """Return each server in turn."""
    found: AuthorizationServer = request.getfixturevalue(request.param)
    return found
