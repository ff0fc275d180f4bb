"""One stream of log lines for everything in the process, on standard error.

JSON where a program reads it, columns where a person does. structlog's loggers and those of the standard library
(kopf, aiohttp) pass through the same processors, so that the net of `redact` is under both.
"""

import logging
from collections.abc import Mapping
from enum import StrEnum
from typing import TextIO

import structlog
from structlog.types import EventDict, Processor

from oauth_connector.telemetry.redaction import redact

FLOORS: Mapping[str, int] = {
    "kopf": logging.INFO,  # prints the bodies of objects below
    "kopf.objects": logging.WARNING,  # a line for each event that a watch shows
    "kubernetes": logging.INFO,  # prints the bodies of responses below
    "urllib3": logging.INFO,  # names every connection below
    "httpx2": logging.WARNING,  # names every request at INFO
    "httpcore2": logging.WARNING,  # prints headers, with credentials, at DEBUG
    "aiohttp.access": logging.WARNING,  # a line for each probe
}
"""The lowest level at which foreign loggers may speak, whatever ours is."""


class LogFormat(StrEnum):
    """How lines look."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def configure(level: str, form: LogFormat, stream: TextIO) -> None:
    """Send all logs of the process to a stream, from a level (`debug` … `error`) on; the entry points call it once."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    root = logging.getLogger()
    root.handlers[:] = [handler(form, stream)]
    root.setLevel(threshold)
    for name, floor in FLOORS.items():
        logging.getLogger(name).setLevel(max(threshold, floor))
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def handler(form: LogFormat, stream: TextIO) -> logging.Handler:
    """Give a handler of the standard library that writes redacted lines to a stream."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder(), _name_the_object],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,  # text without local variables, which may hold secrets
            redact,
            _renderer(form, stream),
        ],
    )
    made = logging.StreamHandler(stream)
    made.setFormatter(formatter)
    return made


def _renderer(form: LogFormat, stream: TextIO) -> Processor:
    if form is LogFormat.JSON or (form is LogFormat.AUTO and not stream.isatty()):
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _name_the_object(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Keep of what kopf attaches to a line the name of the object, not the operator's settings."""
    event.pop("settings", None)
    event.pop("k8s_skip", None)
    reference = event.pop("k8s_ref", None)
    if isinstance(reference, Mapping):
        event["connector"] = f"{reference.get('namespace')}/{reference.get('name')}"
    return event


_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
