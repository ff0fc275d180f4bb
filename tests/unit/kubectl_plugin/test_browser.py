"""A link that is like a password: in a private file, or on the terminal."""

from pathlib import Path

import pytest

from oauth_connector.kubectl_plugin.browser import has_browser, private_page, render_page

BROWSERS: dict[str, tuple[dict[str, str], str, bool]] = {
    "Linux with a display": ({"DISPLAY": ":0"}, "linux", True),
    "Linux with Wayland": ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
    "a server": ({}, "linux", False),
    "a Mac": ({}, "darwin", True),
    "a Mac from afar": ({"SSH_CONNECTION": "1.2.3.4 1 5.6.7.8 22"}, "darwin", False),
    "Windows": ({}, "win32", True),
}


@pytest.mark.parametrize("sentence", BROWSERS)
def test_a_browser_is_opened_only_on_the_machine_of_the_user(sentence: str) -> None:
    """It is not opened on a machine that is reached by ssh, or in the terminal itself."""
    environ, platform, expected = BROWSERS[sentence]
    assert has_browser(environ, platform) is expected


def test_the_file_is_private_and_deleted(tmp_path: Path) -> None:
    """No other user may read it while it exists, and it is deleted afterwards."""
    with private_page("https://login.example.com/") as path:
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert not path.parent.exists()
    assert tmp_path.exists()


def test_a_link_is_escaped_in_the_page() -> None:
    """The query of an endpoint is escaped, in markup and in script."""
    shown = render_page("https://a.example/?x=\"'</script><script>alert(1)//&y=1")
    assert shown.count("<script>") == 1
    assert "</script><script>" not in shown
    assert 'href="https://a.example/?x=&quot;&#x27;&lt;/script&gt;' in shown
