"""The files that `oauth-connector lint` reads: those that are named, and the manifests in folders."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from oauth_connector.api.names import GROUP
from oauth_connector.cli.lint.documents import Document, DocumentError, read_documents
from oauth_connector.cli.lint.findings import Finding, LintRule
from oauth_connector.cli.usage_error import UsageError

STDIN = "-"
SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class LintInput:
    """What was read: the documents, and the files that cannot be read as YAML."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]


def read_input(paths: Sequence[str], excluded: Sequence[str]) -> LintInput:
    """Read files and folders, and the standard input for `-`. Raises `UsageError` for a path that cannot be read."""
    documents: list[Document] = []
    findings: list[Finding] = []
    for file, text, is_named in _read_texts(paths, excluded):
        try:
            documents += read_documents(file, text)
        except DocumentError as error:
            # Templates and other files in a folder are not judged, unless they name the API group.
            if is_named or GROUP in text:
                findings.append(Finding(file, error.position, LintRule.YAML, f"The file {error}."))
    return LintInput(tuple(documents), tuple(findings))


def _read_texts(paths: Sequence[str], excluded: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield name, text, and whether the file itself was named."""
    for given in dict.fromkeys(paths):
        path = Path(given)
        if given == STDIN:
            yield "<stdin>", sys.stdin.read(), True
        elif path.is_dir():
            yield from ((str(file), _read(file), False) for file in _list_files(path, excluded))
        elif not _is_excluded(path, excluded):
            yield given, _read(path), True


def _list_files(folder: Path, excluded: Iterable[str]) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.suffix in SUFFIXES and file.is_file() and not hidden and not _is_excluded(file, excluded):
            yield file


def _is_excluded(path: Path, excluded: Iterable[str]) -> bool:
    return any(fnmatch(path.as_posix(), pattern) or fnmatch(path.name, pattern) for pattern in excluded)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'cannot be read'}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: the file is not UTF-8 text.") from None
