"""YAML documents with the position of each field, read as clients of the Kubernetes API read them.

A timestamp stays a string, and a key that occurs twice is an error, as in `kubectl apply`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from oauth_connector.cli.lint.findings import Position

_MERGE = "tag:yaml.org,2002:merge"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"

MOST_NODES = 100_000
"""Nodes of a document, with each alias counted as what it stands for: a few aliases of aliases stand for billions."""


class DocumentError(Exception):
    """A file is not YAML, or not YAML that the API accepts."""

    def __init__(self, position: Position, message: str) -> None:
        super().__init__(message)
        self.position = position


class _Loader(yaml.SafeLoader):
    """Read timestamps as strings: JSON has no timestamps."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # the name and type are PyYAML's
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a file: its content, and the YAML nodes that it was read from."""

    file: str
    content: Any
    node: yaml.Node

    def find_position(self, path: str) -> Position:
        """Return the position of a field such as `spec.scopes[0]`, or of the nearest existing parent."""
        node, rest, found = self.node, f".{path}", self.node
        while rest and (step := _descend(node, rest)) is not None:
            found, node, rest = step
        return _position(found)

    def list_manifests(self) -> Iterator["Document"]:
        """Yield the manifests: the document itself, or the items of a `List`."""
        if not isinstance(self.content, Mapping):
            return
        items = self.content.get("items")
        if self.content.get("kind") != "List" or not isinstance(items, list):
            yield self
            return
        node = next(value for key, value in self.node.value if key.value == "items")
        for content, item in zip(items, node.value, strict=True):
            yield from Document(self.file, content, item).list_manifests()


def read_documents(file: str, text: str) -> list[Document]:
    """Parse a file; an empty document is left out. Raises `DocumentError`."""
    try:
        return list(_load_documents(file, text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = Position(mark.line + 1, mark.column + 1) if mark else Position()
        raise DocumentError(position, "is not YAML: check the indentation and the quotes") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise DocumentError(Position(), "is not YAML") from None


def _load_documents(file: str, text: str) -> Iterator[Document]:
    loader = _Loader(text)
    while loader.check_node():
        node = loader.get_node()
        if node is None:
            return
        _count_nodes(node, {})
        content = loader.construct_document(node)
        if content is not None:
            yield Document(file, content, node)


def _count_nodes(node: yaml.Node, counted: dict[int, int]) -> int:
    """Return the number of nodes, with what each alias stands for. `counted` are those below each visited node.

    Raises `DocumentError` for too many of them, for an alias of a node around it, and for a key that occurs twice.
    """
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) in counted:
        return counted[id(node)]
    counted[id(node)] = MOST_NODES  # until it is known: an alias inside the node stands for it without end
    if isinstance(node, yaml.MappingNode):
        _reject_duplicates(node)
    parts = [part for member in node.value for part in (member if isinstance(member, tuple) else (member,))]
    counted[id(node)] = 1 + sum(_count_nodes(part, counted) for part in parts)
    if counted[id(node)] > MOST_NODES:
        raise DocumentError(_position(node), f"contains more than {MOST_NODES} nodes: remove aliases (*name)")
    return counted[id(node)]


def _reject_duplicates(node: yaml.MappingNode) -> None:
    """Raise `DocumentError` if a key occurs twice in a mapping."""
    seen: set[str] = set()
    for key, _ in node.value:
        if key.tag == _MERGE or not isinstance(key.value, str):
            continue
        if key.value in seen:
            raise DocumentError(_position(key), f"contains the key {key.value} twice: remove one")
        seen.add(key.value)


def _descend(node: yaml.Node, path: str) -> tuple[yaml.Node, yaml.Node, str] | None:
    """Return the node to show for the next step of a path, the node of its value, and the rest of the path."""
    if isinstance(node, yaml.SequenceNode) and path.startswith("["):
        index, _, rest = path[1:].partition("]")
        item = node.value[int(index)] if index.isdigit() and int(index) < len(node.value) else None
        return None if item is None else (item, item, rest)
    if not isinstance(node, yaml.MappingNode):
        return None
    matching = [(key, value) for key, value in node.value if _has_first_key(path, str(key.value))]
    if not matching:
        return None
    key, value = max(matching, key=lambda member: len(member[0].value))
    return key, value, path[len(key.value) + 1 :]


def _has_first_key(path: str, key: str) -> bool:
    """Return whether a path begins with a key. A key can contain dots, so that a path has no other separators."""
    rest = path[len(key) + 1 :]
    return path.startswith(f".{key}") and (not rest or rest[0] in ".[")


def _position(node: yaml.Node) -> Position:
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)
