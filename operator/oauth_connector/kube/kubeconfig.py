"""A kubeconfig: files with clusters, users, contexts, and the current context.

Format: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from oauth_connector.kube.errors import AccessError


@dataclass(frozen=True, slots=True)
class Section:
    """A cluster, user or context of a kubeconfig, and the folder of its relative paths."""

    folder: Path
    content: Mapping[str, Any] = field(repr=False)

    def text(self, name: str) -> str | None:
        """Return a text, or `None`."""
        value = self.content.get(name)
        return str(value) if value else None

    def path(self, name: str) -> Path | None:
        """Return a path, or `None`."""
        named = self.text(name)
        return self.folder / named if named else None

    def data(self, name: str) -> bytes | None:
        """Return the content: base64 in `<name>-data`, or the file at `<name>`. Raises `AccessError`."""
        encoded, path = self.text(f"{name}-data"), self.path(name)
        try:
            if encoded is not None:
                return base64.b64decode(encoded, validate=True)
            return path.read_bytes() if path is not None else None
        except binascii.Error:
            raise AccessError(f"The kubeconfig's {name}-data is not base64.") from None
        except OSError as error:
            raise AccessError(f"The kubeconfig's {name} {path} cannot be read: {error.strerror}.") from None

    def reject(self, names: Iterable[str]) -> None:
        """Raise `AccessError` if one of these is set: it is not supported, and must not be ignored."""
        for name in names:
            if self.content.get(name):
                raise AccessError(f"The kubeconfig sets {name}, which is not supported.")


@dataclass(frozen=True, slots=True)
class Context:
    """A cluster, a user, and the default namespace."""

    cluster: Section
    user: Section
    namespace: str | None = None


def read_context(paths: Iterable[Path], named: str | None = None) -> Context:
    """Return the named context, or the current one. Of several files, the first that defines a name counts.

    Raises `AccessError`.
    """
    paths = tuple(paths)
    files = [(path, _read(path)) for path in paths if path.exists()]
    if not files:
        raise AccessError(f"There is no kubeconfig at {', '.join(map(str, paths))}: set KUBECONFIG.")
    current = next((content["current-context"] for _, content in files if content.get("current-context")), "")
    context = _find(files, "context", named if named is not None else str(current))
    return Context(
        _find(files, "cluster", context.text("cluster") or ""),
        _find(files, "user", context.text("user") or ""),
        context.text("namespace"),
    )


def _find(files: list[tuple[Path, dict[str, Any]]], kind: str, name: str) -> Section:
    for path, content in files:
        for entry in _entries(content.get(f"{kind}s")):
            if entry.get("name") == name and isinstance(entry.get(kind), dict):
                return Section(path.parent, entry[kind])
    raise AccessError(f"The kubeconfig {files[0][0]} has no {kind} named {name or '(nothing)'}.")


def _entries(value: object) -> Iterator[dict[str, Any]]:
    yield from (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text())
    except OSError as error:
        raise AccessError(f"The kubeconfig {path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise AccessError(f"The kubeconfig {path} is not YAML.") from None
    if not isinstance(content, dict):
        raise AccessError(f"The kubeconfig {path} is empty.")
    return content
