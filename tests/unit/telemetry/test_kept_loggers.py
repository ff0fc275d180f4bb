"""Which programs keep the configuration of their loggers."""

import sys

import pytest
import structlog

from oauth_connector.kubectl_plugin.main import main
from oauth_connector.telemetry.logging import LogFormat, configure


def test_the_plugin_does_not_keep_the_loggers_of_its_process(capsys: pytest.CaptureFixture[str]) -> None:
    """A program that calls it, such as a test, reads its own lines afterwards."""
    assert main(["providers"]) == 0
    assert structlog.get_config()["cache_logger_on_first_use"] is False
    assert capsys.readouterr().err == ""


def test_a_server_keeps_its_loggers() -> None:
    """A line that is not written is cheap then."""
    configure("info", LogFormat.JSON, sys.stderr)
    assert structlog.get_config()["cache_logger_on_first_use"] is True
