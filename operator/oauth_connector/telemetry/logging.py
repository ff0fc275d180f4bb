"""One stream of log lines for the whole process, on standard error.

The lines are JSON for programs, and columns on a terminal. The loggers of structlog and of the standard library (kopf,
aiohttp) use the same processors, so that `redact` applies to both.
"""

import logging
from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import TextIO

import structlog
from structlog.types import EventDict, Processor

from oauth_connector.telemetry.kopf_lines import may_write
from oauth_connector.telemetry.redaction import redact

FLOORS: Mapping[str, int] = {
    "kopf": logging.INFO,  # logs the bodies of objects below
    "kopf.objects": logging.WARNING,  # logs a line for each event of a watch
    "kubernetes": logging.INFO,  # logs the bodies of responses below
    "urllib3": logging.INFO,  # logs every connection below
    "httpx2": logging.WARNING,  # logs every request at INFO
    "httpcore2": logging.WARNING,  # logs headers, with credentials, at DEBUG
    "aiohttp.access": logging.WARNING,  # logs a line for each probe
}
"""The lowest levels of the loggers of libraries, whatever the level of the process."""


class LogFormat(StrEnum):
    """The format of lines."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def configure(level: str, form: LogFormat, stream: TextIO, *, once: bool = True) -> None:
    """Send all logs of the process to a stream, from a level (`debug` … `error`) on. Entry points call it.

    After a call `once` for all, the loggers keep this configuration: a line that is not written costs a third.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    root = logging.getLogger()
    handler = build_handler(form, stream)
    handler.addFilter(partial(may_write, threshold))
    root.handlers[:] = [handler]
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
        cache_logger_on_first_use=once,
    )


def build_handler(form: LogFormat, stream: TextIO) -> logging.Handler:
    """Return a handler of the standard library that writes redacted lines to a stream."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder(), _name_object],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,  # text without local variables, which may contain secrets
            redact,
            _build_renderer(form, stream),
        ],
    )
    stream_handler = logging.StreamHandler(stream)
    stream_handler.setFormatter(formatter)
    return stream_handler


def _build_renderer(form: LogFormat, stream: TextIO) -> Processor:
    if form is LogFormat.JSON or (form is LogFormat.AUTO and not stream.isatty()):
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _name_object(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Keep the name of the object that kopf attaches to a line, and remove the settings of the operator."""
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
