"""Emulates a provider from its documentation: tests/fixtures/providers has its sample requests and responses.

A file there is written from the provider's pages alone, in their form: links, curl commands, JSON. `ID`, `SECRET`,
`CODE`, `URI`, `VERIFIER` and `REFRESH` stand for the values of the test, the last for the refresh token that is valid.
The emulator accepts what the pages show, and nothing else: another URL, another place for the client's credentials, a
parameter too many or too few is an `AssertionError` that names the difference.
"""

import base64
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.yaml_documents import read_yaml

ROOT = Path(__file__).parent.parent / "fixtures" / "providers"
ID, SECRET, CODE, VERIFIER = "an-id", "a-secret", "a-code", "v" * 43
URI = "https://connect.example.com/oauth/callback/shop/crm"
USUAL = (("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"))
PKCE = frozenset({"code_verifier", "code_challenge", "code_challenge_method"})


@dataclass(frozen=True)
class Wire:
    """A token request as it is sent: the URL, how the client authenticates, further headers, and the parameters."""

    method: str
    url: str
    basic: str | None
    headers: Mapping[str, str]
    parameters: Mapping[str, str]


def parse_curl(command: str, values: Mapping[str, str]) -> Wire:
    """Parse a curl command of a page: `-u`, `-d`, `-H`, `-X`, `-G` for a query, and `--json` with an object."""
    words = iter(shlex.split(command)[1:])
    url, basic, method, headers, parameters = "", None, "POST", {}, {}
    for word in words:
        if word == "-u":
            basic = ":".join(values.get(part, part) for part in next(words).split(":"))
        elif word == "-d":
            name, _, value = next(words).partition("=")
            parameters[name] = values.get(value, value)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name.lower()] = value
        elif word == "-X":
            method = next(words)
        elif word == "-G":
            headers["parameters"] = "in the query"
        elif word == "--json":
            headers["content-type"] = "application/json"
            parameters = {name: values.get(value, value) for name, value in json.loads(next(words)).items()}
        else:
            url = word
    return Wire(method, url, basic, headers, parameters)


def read_request(request: TokenRequest) -> Wire:
    """Read a request of the operator in the same form; headers that every request has are left out."""
    headers = {name.lower(): value for name, value in request.headers if (name, value) not in USUAL}
    credentials = headers.pop("authorization", "")
    if headers.get("content-type") == "application/json":
        parameters = {name: str(value) for name, value in json.loads(request.body).items()}
    else:
        parameters = dict(parse_qsl(request.body.decode() or request.query))
    if request.query:
        headers["parameters"] = "in the query"
    is_basic = credentials.startswith("Basic ")
    basic = base64.b64decode(credentials.removeprefix("Basic ")).decode() if is_basic else None
    return Wire(request.method.value, request.url, basic, headers, parameters)


@dataclass
class DocumentedProvider:
    """One provider as its pages describe it; `samples` is the content of the file."""

    samples: Mapping[str, Any]
    refresh_token: str | None = None
    used: list[str] = field(default_factory=list)

    @property
    def preset(self) -> str:
        """Return the name of the preset for this provider."""
        return str(self.samples["preset"])

    def find_refresh_token(self, members: Mapping[str, Any]) -> object:
        """Find the refresh token of a response, by the name that the provider has for it."""
        return find_member(members, self.samples.get("refresh_token", "refresh_token"))

    def check_link(self, link: str, *, pkce: bool) -> None:
        """Check the link that the user opens: the documented parameters, those of RFC 6749 §4.1.1, and no others."""
        documented, sent = urlsplit(self.samples["authorize"]), urlsplit(link)
        assert (sent.scheme, sent.netloc, sent.path) == (documented.scheme, documented.netloc, documented.path)
        wanted = dict(parse_qsl(documented.query, keep_blank_values=True))  # a blank one is not sent
        standard = {"response_type": "code", "client_id": ID, "redirect_uri": URI, "state": "a-state"}
        found = {name: value for name, value in parse_qsl(sent.query) if not (pkce and name in PKCE)}
        assert found == {name: value for name, value in {**standard, **wanted}.items() if value}

    def answer(self, kind: str, request: TokenRequest, *, pkce: bool) -> HTTPResponse:
        """Answer a request of this kind (`exchange`, `refresh`, `machine`) as the pages show, after comparing it."""
        values = {"ID": ID, "SECRET": SECRET, "CODE": CODE, "URI": URI, "VERIFIER": VERIFIER}
        values["REFRESH"] = self.refresh_token or ""
        wanted, sent = parse_curl(self.samples[kind]["request"], values), read_request(request)
        further = PKCE if pkce and kind == "exchange" else frozenset()
        parameters = {
            name: value for name, value in sent.parameters.items() if name not in further or name in wanted.parameters
        }
        assert (sent.method, sent.url) == (wanted.method, wanted.url)
        assert sent.basic == wanted.basic, "the client authenticates in another place than the pages show"
        assert sent.headers == wanted.headers
        assert parameters == wanted.parameters
        return self._grant(self.samples[kind]["response"])

    def _grant(self, members: Mapping[str, Any]) -> HTTPResponse:
        """Return a documented response, and remember its refresh token as the one that is valid now."""
        named = self.find_refresh_token(members)
        if isinstance(named, str):
            if self.refresh_token not in (None, named):
                self.used.append(str(self.refresh_token))
            self.refresh_token = named
        return to_response(200, members)


def find_member(members: Mapping[str, Any], name: str) -> object:
    """Find a member of a response, at the top or in an object below."""
    inner = [value for value in members.values() if isinstance(value, Mapping)]
    return members.get(name, next((each[name] for each in inner if name in each), None))


def to_response(status: int, body: Mapping[str, Any] | str) -> HTTPResponse:
    """Return the response with a documented body: JSON, or a text as it is."""
    if isinstance(body, str):
        return HTTPResponse(status, {"content-type": "text/html"}, body.encode())
    return HTTPResponse(status, {"content-type": "application/json"}, json.dumps(body).encode())


def read_documentation() -> dict[str, dict[str, Any]]:
    """Return the files by their names."""
    return {path.stem: read_yaml(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("*.yaml"))}
