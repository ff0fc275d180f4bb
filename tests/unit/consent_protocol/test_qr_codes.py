"""QR codes of links."""

import xml.etree.ElementTree as ET

from oauth_connector.consent_protocol.qr_codes import draw_svg, draw_text

LINK = "https://login.example.com/activate?user_code=WDJB-MJHT"


def test_a_terminal_shows_blocks() -> None:
    """Each line has the same width, so that a camera sees a square; there are no colours to get wrong."""
    lines = draw_text(LINK).split("\n")
    assert len({len(line) for line in lines}) == 1
    assert set("".join(lines)) <= set(" █▀▄")


def test_a_page_shows_an_image_without_styles_and_scripts() -> None:
    """The policy of the pages allows neither."""
    image = ET.fromstring(draw_svg(LINK))  # noqa: S314  # our own text
    assert image.tag.endswith("svg")
    assert not any("style" in element.attrib or element.tag.endswith("script") for element in image.iter())
