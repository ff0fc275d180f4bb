"""The netrc file of an output Secret, read by curl, which git uses too."""

import base64
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pydantic import SecretStr

from oauth_connector.connector.secret.logins import HostLogin, netrc

TOKENS = {
    "a JWT": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl-_",
    "the alphabet of RFC 6750 §2.1": "aZ09-._~+/==",
    "delimiters": ":/?#[]@!$&'()*+,;=%20",
    "a double quote": 'a"b',
    "a double quote at the beginning": '"ab"',
    "a backslash": "a\\b\\",
    "a number sign at the beginning": "#ab",
}


class _Echo(BaseHTTPRequestHandler):
    """Returns the header of Basic authentication."""

    def do_GET(self) -> None:  # the name is that of http.server
        """Respond with the header `Authorization`."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers.get("Authorization", "").encode())

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Return the address of a server on loopback that returns the header of each request."""
    with HTTPServer(("127.0.0.1", 0), _Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
def test_curl_sends_the_token_of_a_netrc_file(tmp_path: Path, address: str, token: str) -> None:
    """`curl --netrc-file` sends user name and token unchanged to the host that the file names."""
    file = tmp_path / "netrc"
    file.write_text(netrc(HostLogin(("other.example", "127.0.0.1"), "oauth2", SecretStr(token))).get_secret_value())
    command = ["curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "--netrc-file", str(file), address]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # curl, as installed
    scheme, _, value = done.stdout.partition(" ")
    assert (scheme, base64.b64decode(value).decode()) == ("Basic", f"oauth2:{token}")
