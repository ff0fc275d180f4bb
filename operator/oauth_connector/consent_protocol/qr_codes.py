"""QR codes of links, which a user opens on another device (RFC 8628 §3.3.1): as text and as an image."""

import io

import segno

QUIET_ZONE = 2
"""Modules of empty space around a code: less than the four of ISO/IEC 18004, which phones do not need."""


def draw_text(link: str) -> str:
    """Return the code as lines of block characters, for a terminal: two rows of the code in each line."""
    lines = io.StringIO()
    segno.make(link, error="l", micro=False).terminal(lines, border=QUIET_ZONE, compact=True)
    return lines.getvalue().rstrip("\n")


def draw_svg(link: str) -> str:
    """Return the code as an SVG element without styles and scripts, for a page."""
    made = segno.make(link, error="m", micro=False)
    return made.svg_inline(scale=4, border=QUIET_ZONE, light="#fff", omitsize=True)
