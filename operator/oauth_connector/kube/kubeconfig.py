"""A kubeconfig: files that name clusters, users, and which of them go together now.

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
    """A cluster, user or context of a kubeconfig, and the folder that its relative paths start from."""

    folder: Path
    content: Mapping[str, Any] = field(repr=False)

    def text(self, name: str) -> str | None:
        """Give a text, `None` where there is none."""
        value = self.content.get(name)
        return str(value) if value else None

    def path(self, name: str) -> Path | None:
        """Give a path."""
        named = self.text(name)
        return self.folder / named if named else None

    def data(self, name: str) -> bytes | None:
        """Give what stands there as base64 (`<name>-data`) or in a file (`<name>`). Raises `AccessError`."""
        encoded, path = self.text(f"{name}-data"), self.path(name)
        try:
            if encoded is not None:
                return base64.b64decode(encoded, validate=True)
            return path.read_bytes() if path is not None else None
        except binascii.Error:
            raise AccessError(f"The kubeconfig's {name}-data is not base64.") from None
        except OSError as error:
            raise AccessError(f"The kubeconfig's {name} {path} cannot be read: {error.strerror}.") from None

    def refuse(self, names: Iterable[str]) -> None:
        """Raise `AccessError` where one of these is set, rather than do something else than was asked."""
        for name in names:
            if self.content.get(name):
                raise AccessError(f"The kubeconfig sets {name}, which is not supported.")


@dataclass(frozen=True, slots=True)
class Context:
    """What goes together: a cluster, a user, and the namespace that is meant where none is named."""

    cluster: Section
    user: Section
    namespace: str | None = None


def context_of(paths: Iterable[Path], named: str | None = None) -> Context:
    """Give the named context, else the current one; of what several files name, the first counts.

    Raises `AccessError`.
    """
    paths = tuple(paths)
    files = [(path, _read(path)) for path in paths if path.exists()]
    if not files:
        raise AccessError(f"There is no kubeconfig at {', '.join(map(str, paths))}: set KUBECONFIG.")
    current = next((content["current-context"] for _, content in files if content.get("current-context")), "")
    context = _named(files, "context", named if named is not None else str(current))
    return Context(
        _named(files, "cluster", context.text("cluster") or ""),
        _named(files, "user", context.text("user") or ""),
        context.text("namespace"),
    )


def _named(files: list[tuple[Path, dict[str, Any]]], kind: str, name: str) -> Section:
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
