"""Log lines of kopf about ordinary events, which it writes as warnings and errors.

The operator ends and starts kopf whenever a watch has to be opened again, and reports itself what matters: resources
that cannot be listed, and the end of a watch.
"""

import logging
import re
from collections.abc import Mapping

ORDINARY: Mapping[str, int] = {
    r"OS signals are ignored": logging.DEBUG,  # kopf runs in a thread of its own
    r"(Initial authentication|Re-authentication) has (been initiated|finished)\.": logging.DEBUG,
    r"Activity '.*log_in' succeeded\.": logging.DEBUG,
    r"Request attempt .* failed; (TCP|SSL) closed; will re-authenticate": logging.DEBUG,  # at the end of kopf
    r"Request attempt .* failed; will retry: .*Connector is closed": logging.DEBUG,  # as above
    r"Request attempt .* failed; will retry": logging.INFO,  # the lists report an API server that does not respond
    r"Unresolved resources cannot be served": logging.DEBUG,  # the lists report a kind that is not served
    r"(Watcher for .*|Multidimensional multitasker) has failed: ": logging.DEBUG,  # "watch ended" follows
    r"Task exception was never retrieved\n.*/kopf/": logging.DEBUG,  # as above
    r"Exception in callback stream\.<locals>\.request_cancel_callback": logging.DEBUG,  # at the end of kopf
    r"(Startup|Cleanup) activity is .* due to cancellation": logging.DEBUG,
    r"Unprocessed streams left for": logging.DEBUG,  # all objects are listed again
}
"""Beginnings of lines, and the levels that they have here; the first that matches counts."""

_SOURCES = ("kopf", "asyncio")
_PATTERNS = [(re.compile(beginning), level) for beginning, level in ORDINARY.items()]


def may_write(threshold: int, record: logging.LogRecord) -> bool:
    """Lower the level of an ordinary line; return whether a line is not below the level of the process."""
    if record.name.partition(".")[0] not in _SOURCES:
        return True
    message = record.getMessage()
    level = next((level for pattern, level in _PATTERNS if pattern.match(message)), record.levelno)
    record.levelno, record.levelname = level, logging.getLevelName(level)
    return level >= threshold
