"""Ordinary events of kopf are no warnings and no errors in the log."""

import io
import json
import logging
from pathlib import Path

import kopf
import pytest

from oauth_connector.telemetry.logging import LogFormat, configure

RUNNING, ACTIVITIES = "kopf._core.reactor.running", "kopf._core.engines.activities"
WATCHING, OBSERVATION = "kopf._cogs.clients.watching", "kopf._core.reactor.observation"
WATCH = "GET https://10.0.0.1:443/apis/oauthconnector.dev/v1alpha1/oauthconnectors?watch=true"

LINES: list[tuple[str, int, str, str | None]] = [
    (RUNNING, logging.WARNING, "OS signals are ignored: running not in the main thread.", None),
    (ACTIVITIES, logging.INFO, "Initial authentication has been initiated.", None),
    (ACTIVITIES, logging.INFO, "Re-authentication has finished.", None),
    ("kopf.activities.authentication", logging.INFO, "Activity 'build_registry.<locals>.log_in' succeeded.", None),
    (WATCHING, logging.ERROR, f"Request attempt #1 failed; TCP closed; will re-authenticate: {WATCH}", None),
    (WATCHING, logging.ERROR, f"Request attempt #1 failed; SSL closed; will re-authenticate: {WATCH}", None),
    (
        WATCHING,
        logging.ERROR,
        f"Request attempt #1 failed; will retry: {WATCH} -> ClientConnectionError('Connector is closed')",
        None,
    ),
    (WATCHING, logging.ERROR, f"Request attempt #2 failed; will retry: {WATCH} -> TimeoutError()", "info"),
    (OBSERVATION, logging.WARNING, "Unresolved resources cannot be served (try creating their CRDs): x", None),
    ("kopf._core.reactor.orchestration", logging.ERROR, "Watcher for oauthconsents@none has failed: 404", None),
    (RUNNING, logging.ERROR, "Multidimensional multitasker has failed: 404 page not found", None),
    (RUNNING, logging.WARNING, "Cleanup activity is not executed at all due to cancellation.", None),
    ("kopf._core.reactor.queueing", logging.WARNING, "Unprocessed streams left for [x]", None),
    (
        "asyncio",
        logging.ERROR,
        "Task exception was never retrieved\nfuture: <Task coro=<guard() at /lib/kopf/_cogs/aiokits/aiotasks.py:64>",
        None,
    ),
    (
        "asyncio",
        logging.ERROR,
        "Exception in callback stream.<locals>.request_cancel_callback(<Task>) at /lib/kopf/_cogs/clients/api.py:237",
        None,
    ),
    ("asyncio", logging.ERROR, "Task exception was never retrieved\nfuture: <Task coro=<ours()>", "error"),
    (OBSERVATION, logging.WARNING, "Not enough permissions to watch for resources: x", "warning"),
    ("kopf._core.actions.throttlers", logging.ERROR, "Throttling for 1 seconds due to an unexpected error", "error"),
]
"""The logger, the level of kopf, the line, and its level in the log of the operator: none if it is absent."""

TEXTS = [
    "OS signals are ignored: running not in the main thread.",
    "has been initiated.",
    "has finished.",
    "succeeded.",
    "failed; TCP closed; will re-authenticate:",
    "failed; SSL closed; will re-authenticate:",
    "failed; will retry:",
    "Unresolved resources cannot be served",
    "has failed: ",
    "due to cancellation.",
    "Unprocessed streams left for",
    "def request_cancel_callback",
]
"""Parts of the lines, as kopf's code contains them."""


@pytest.fixture
def stream() -> io.StringIO:
    """Return the stream of the log of the process."""
    made = io.StringIO()
    configure("info", LogFormat.JSON, made)
    return made


@pytest.mark.parametrize(("logger", "level", "text", "expected"), LINES, ids=[line[2][:40] for line in LINES])
def test_a_line_of_kopf_has_the_level_of_its_event(
    logger: str, level: int, text: str, expected: str | None, stream: io.StringIO
) -> None:
    """What happens whenever a watch is opened again is absent; what needs attention keeps its level."""
    logging.getLogger(logger).log(level, text)
    written = [json.loads(line)["level"] for line in stream.getvalue().splitlines()]
    assert written == ([expected] if expected else [])


@pytest.mark.parametrize("text", TEXTS)
def test_kopf_still_writes_these_lines(text: str) -> None:
    """A new version of kopf may word them differently."""
    sources = Path(kopf.__file__).parent.rglob("*.py")
    assert any(text in source.read_text(encoding="utf-8") for source in sources)


def test_lines_of_the_operator_keep_their_level(stream: io.StringIO) -> None:
    """Only lines of kopf and of its event loop are judged."""
    logging.getLogger("oauth_connector.kube.watch").error("OS signals are ignored")
    assert json.loads(stream.getvalue())["level"] == "error"
