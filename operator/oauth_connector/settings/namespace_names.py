"""The setting `namespaces`: a list in a file, text with commas on the command line and in the environment."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def _split_names(value: object) -> object:
    """Split text at its commas; a list of the file stays as it is."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",")] if value.strip() else ()
    return value


def _require_name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("must be the name of a namespace; patterns are not supported, so list each namespace")
    return value


def _drop_repeated(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


NamespaceName = Annotated[str, AfterValidator(_require_name)]
NamespaceNames = Annotated[
    tuple[NamespaceName, ...],
    NoDecode,
    BeforeValidator(_split_names),
    AfterValidator(_drop_repeated),
]
"""Names of namespaces, each once, in their order."""
