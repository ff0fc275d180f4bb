"""The texts of a file: the prose of a document; the docstrings, comments, strings and names of a Python module."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["prose", "docstring", "comment", "string", "name"]
KINDS: frozenset[Kind] = frozenset(get_args(Kind))

ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s)>\"'`]+")
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n.*?^\1```", re.MULTILINE | re.DOTALL)
OWN_FENCES = frozenset({"yaml", "python", "mermaid"})  # the others quote a terminal
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@dataclass(frozen=True)
class Passage:
    """A stretch of text, and the line (from 1) that it begins on."""

    line: int
    kind: Kind
    text: str


def read_document(text: str) -> Iterator[Passage]:
    """Return a document as one passage, without addresses and without code blocks that quote a terminal."""
    text = FENCE.sub(lambda block: block[0] if block[2] in OWN_FENCES else _blank(block), text)
    yield Passage(1, "prose", ADDRESS.sub(_blank, text))


def read_module(source: str) -> Iterator[Passage]:
    """Return the docstrings, comments and strings of a Python module, and the names that it defines, as words."""
    nodes = list(ast.walk(ast.parse(source)))
    documented = {_position(node) for node in nodes if isinstance(node, DOCUMENTED)}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Passage(token.start[0], "comment", ADDRESS.sub(_blank, token.string))
        elif token.type in STRINGS:
            kind: Kind = "docstring" if token.start in documented else "string"
            yield Passage(token.start[0], kind, ADDRESS.sub(_blank, token.string))
    for node in nodes:
        yield from (Passage(line, "name", split_name(name)) for line, name in _find_names(node))


def split_name(name: str) -> str:
    """Return the words of a name: `_firstToken` and `FIRST_TOKEN` are both `first token`."""
    return " ".join(WORD.findall(name)).lower()


def _blank(match: re.Match[str]) -> str:
    """Keep line breaks, so that what follows stays on its line."""
    return "\n" * match[0].count("\n")


def _position(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int] | None:
    first = node.body[0] if node.body else None
    return (first.lineno, first.col_offset) if isinstance(first, ast.Expr) else None


def _find_names(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.lineno, node.name
        case ast.arg():
            yield node.lineno, node.arg
        case ast.Name(ctx=ast.Store()):
            yield node.lineno, node.id
        case ast.Attribute(ctx=ast.Store()):
            yield node.lineno, node.attr
