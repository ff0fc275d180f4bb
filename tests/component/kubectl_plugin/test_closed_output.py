"""Standard output of `kubectl oauth` whose reader has ended."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from oauth_connector.telemetry.closed_output import OUTPUT_CLOSED
from tests.component.kubectl_plugin.conftest import PluginScenario


@pytest.mark.parametrize("output", ["text", "json"])
async def test_output_without_a_reader_ends_a_command_quietly(
    scenario: PluginScenario, kubeconfig: Path, output: str
) -> None:
    """As in `kubectl oauth status | head -0`: no traceback, and the exit status of SIGPIPE."""
    await scenario.add_connector()
    reading, writing = os.pipe()
    os.close(reading)
    plugin = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "import sys; from oauth_connector.kubectl_plugin.main import main; sys.exit(main())"),
        *("status", "-n", scenario.namespace.name, "-o", output),
        env={"PYTHONPATH": "operator", "KUBECONFIG": str(kubeconfig), "HOME": str(scenario.folder)},
        stdout=writing,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writing)
    _, errors = await plugin.communicate()
    assert (errors, plugin.returncode) == (b"", OUTPUT_CLOSED)
