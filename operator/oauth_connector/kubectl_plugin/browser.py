"""Opens a link that is a secret: through a private file, so that the list of processes does not show it."""

import asyncio
import html
import json
import os
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from oauth_connector.kubectl_plugin.blocking_calls import run_in_thread
from oauth_connector.kubectl_plugin.terminal import Terminal

STARTING = 3.0
"""Seconds within which a browser reports that it cannot start."""

SNAPS = Path("/snap")


def has_browser(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Return whether a graphical browser can open a page on the machine of the user."""
    if platform in ("darwin", "win32"):
        return "SSH_CONNECTION" not in environ
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


@contextmanager
def private_page(link: str) -> Iterator[Path]:
    """Write a page that redirects to a link, readable only by this user; delete it afterwards."""
    # a browser installed as a snap cannot read /tmp or hidden folders
    place = Path.home() if SNAPS.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="kubectl-oauth-", dir=place) as folder:  # mode 0700
        path = Path(folder) / "go.html"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(render_page(link))
        yield path


def render_page(link: str) -> str:
    """Return a page that redirects to a link: by script, which leaves no entry in the history, or by `refresh`."""
    escaped = html.escape(link, quote=True)
    as_script = json.dumps(link).replace("<", "\\u003c")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f"<title>kubectl oauth</title><script>location.replace({as_script})</script>"
        f'<noscript><meta http-equiv="refresh" content="0; url={escaped}"></noscript>'
        f'<p><a rel="noreferrer" href="{escaped}">Continue</a></p></html>'
    )


async def open_page(path: Path) -> bool:
    """Open a file in the browser; return whether one was started. Some browsers run until their window is closed."""
    try:
        return await asyncio.wait_for(run_in_thread(lambda: webbrowser.open(path.as_uri())), STARTING)
    except TimeoutError:
        return True
    except webbrowser.Error:
        return False


@asynccontextmanager
async def show_link(link: str, hint: str, terminal: Terminal, *, browser: bool) -> AsyncIterator[None]:
    """Show a link while the context is active: in the browser, or printed if no browser can be opened."""
    if browser and has_browser():
        with private_page(link) as path:
            if await open_page(path):
                terminal.info(
                    "The link was opened in your browser. If no page appears, run the command again with --no-browser."
                )
            else:
                _print_link(link, hint, terminal)
            yield
        return
    _print_link(link, hint, terminal)
    yield


def _print_link(link: str, hint: str, terminal: Terminal) -> None:
    terminal.info(f"Open this link in a browser. {hint}\n\n  {link}\n")
