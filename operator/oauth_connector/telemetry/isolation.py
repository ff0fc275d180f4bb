"""What one object raises ends the work on this object, and not the work on others (decision 39)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog

log = structlog.get_logger(__name__)


@contextmanager
def isolate_object(resource: str, namespace: object, name: object) -> Iterator[None]:
    """Log what the work on an object raises, with the names of the object, and go on after it."""
    try:
        yield
    except Exception:
        log.exception("an object failed", resource=resource, namespace=namespace, name=name)


@contextmanager
def isolate_manifest(resource: str, manifest: Mapping[str, Any]) -> Iterator[None]:
    """Isolate an object by its manifest, which may have any content."""
    metadata = manifest.get("metadata")
    names = metadata if isinstance(metadata, Mapping) else {}
    with isolate_object(resource, names.get("namespace"), names.get("name")):
        yield
