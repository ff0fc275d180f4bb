"""What one object raises ends the work on this object, and not the work on others (decision 39)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog

log = structlog.get_logger(__name__)


@contextmanager
def isolate_object(resource: str, manifest: Mapping[str, Any]) -> Iterator[None]:
    """Log what the work on an object raises, with the names of the object, and go on after it."""
    try:
        yield
    except Exception:
        metadata = manifest.get("metadata")
        names = metadata if isinstance(metadata, Mapping) else {}
        log.exception("an object failed", resource=resource, namespace=names.get("namespace"), name=names.get("name"))
