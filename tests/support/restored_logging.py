"""The logging of the process is as before after each test: some tests configure it as an entry point does."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from oauth_connector.telemetry.logging import FLOORS


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    """Restore the logging of the other tests."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in FLOORS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(capture=False)
    structlog.configure(**before)  # the same objects: a logger that was used before has kept them
