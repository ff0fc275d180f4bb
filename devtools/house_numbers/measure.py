"""Measure a Python module: its lines, and its classes and functions with their names and lengths."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
TYPE_NAME = re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*_?")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method: `length` is the lines of its body without the docstring, `depth` the nesting of blocks."""

    name: str
    line: int
    length: int
    depth: int
    is_async: bool
    is_property: bool
    returns_bool: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file: its path in the repository, its lines, its classes (name, line) and its functions.

    `aliases` are the other types that the module names: aliases and type variables (name, line).
    """

    path: str
    length: int
    classes: tuple[tuple[str, int], ...]
    functions: tuple[Function, ...]
    aliases: tuple[tuple[str, int], ...] = ()


def measure_module(path: str, source: str) -> Module:
    """Measure the source of a module."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    classes = tuple((node.name, node.lineno) for node in nodes if isinstance(node, ast.ClassDef))
    functions = tuple(
        _measure_function(node) for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    return Module(path, len(source.splitlines()), classes, functions, tuple(_find_aliases(tree)))


def _find_aliases(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Return the names of types that the module assigns. `T` alone is the usual name of a type variable."""
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Name) and TYPE_NAME.fullmatch(target.id):
                yield target.id, node.lineno


def _measure_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    body = node.body if ast.get_docstring(node, clean=False) is None else node.body[1:]
    length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
    is_property = any("property" in ast.unparse(decorator) for decorator in node.decorator_list)
    is_async = isinstance(node, ast.AsyncFunctionDef)
    returns_bool = node.returns is not None and ast.unparse(node.returns) == "bool"
    return Function(node.name, node.lineno, length, max(_depths(node), default=0), is_async, is_property, returns_bool)


def _depths(node: ast.AST, depth: int = 0) -> Iterator[int]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, SCOPES):
            inner = depth + isinstance(child, BLOCKS)
            yield inner
            yield from _depths(child, inner)
