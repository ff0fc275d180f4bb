"""`kubectl oauth doctor --config`: the connections of the operator, by its settings."""

from pathlib import Path

import pytest

from devtools.local.free_port import free_port
from oauth_connector.cli.check_input import CheckInput
from oauth_connector.kubectl_plugin.doctor import open_provider
from oauth_connector.kubectl_plugin.errors import PluginUsageError
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import PROXY_SYMPTOMS


async def test_the_connection_goes_through_the_egress_proxy_of_the_settings(tmp_path: Path) -> None:
    """A proxy that does not listen is the problem, although nothing is wrong with the provider."""
    settings = tmp_path / "settings.yaml"
    allowed = "allowedDestinations: [{host: login.example.com}]"
    settings.write_text(f"httpsProxy: http://127.0.0.1:{free_port()}\n{allowed}\n")
    async with open_provider(CheckInput({}), settings) as (_, probe):
        result = await probe("https://login.example.com/token", TLSOptions())
    assert result.proxy is not None
    assert result.problem in PROXY_SYMPTOMS


def test_a_file_that_is_no_settings_file_is_wrong_usage(tmp_path: Path) -> None:
    """The sentence names the option."""
    settings = tmp_path / "settings.yaml"
    settings.write_text("egressProxies: 1\n")
    with pytest.raises(PluginUsageError, match="doctor: --config: "):
        open_provider(CheckInput({}), settings)
