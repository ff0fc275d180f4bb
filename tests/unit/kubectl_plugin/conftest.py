"""What the tests of the plugin share: standard input that a test writes."""

import os
from collections.abc import Iterator

import pytest

from oauth_connector.kubectl_plugin.blocking_calls import STDIN


@pytest.fixture
def typed() -> Iterator[int]:
    """Return the end of a pipe whose other end is standard input; the test closes it."""
    before = os.dup(STDIN)
    reading, writing = os.pipe()
    os.dup2(reading, STDIN)
    yield writing
    os.dup2(before, STDIN)
    for one in (before, reading):
        os.close(one)
