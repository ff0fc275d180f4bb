"""Text of the command lines on a terminal: its colours, its width, and no control characters of others."""

import os
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import TextIO


class Style(StrEnum):
    """A style, as the parameter of its control sequence (ECMA-48, SGR)."""

    PLAIN = ""
    BOLD = "1"
    DIM = "2"
    RED = "31"
    GREEN = "32"
    YELLOW = "33"


def has_colours(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether to style text: on a terminal that is able to, unless `NO_COLOR` is set (https://no-color.org).

    A terminal without a known type (`TERM`) may not be able to.
    """
    has_type = environ.get("TERM", "dumb") not in ("", "dumb", "unknown")
    is_able = "WT_SESSION" in environ if os.name == "nt" else has_type
    return stream.isatty() and is_able and not environ.get("NO_COLOR")


def style_text(text: str, style: Style, stream: TextIO) -> str:
    """Return the text in a style if the stream shows styles, otherwise as it is."""
    if not text or style is Style.PLAIN or not has_colours(stream):
        return text
    return f"\x1b[{style}m{text}\x1b[0m"


def strip_control_characters(text: object, *, keep: str = "") -> str:
    """Return a text with dots for control characters, except those to `keep`; it may come from others."""
    return "".join(letter if letter.isprintable() or letter in keep else "·" for letter in str(text))


def count_columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for a wide character, none for a combining one."""
    return sum(_count_columns_of(letter) for letter in text)


def _count_columns_of(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1
