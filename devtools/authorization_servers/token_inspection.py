"""Introspect and revoke tokens at their issuer, without the OAuth code of the operator."""

import json
import ssl
from base64 import b64encode
from http import HTTPStatus
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from pydantic import SecretStr

from devtools.authorization_servers.registrations import RegisteredClient

TIMEOUT = 10.0


def present(token: SecretStr, url: str, client: RegisteredClient, ca: Path | None) -> dict[str, object]:
    """Post a token to an introspection or revocation endpoint (RFC 7662 §2.1, RFC 7009 §2.1).

    Return the members of the response, none for an empty body; raise ValueError for a status other than 200.
    """
    address = urlsplit(url)
    connection = _connection(address, ca)
    try:
        connection.request("POST", address.path, _form(token, client), _headers(client))
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != HTTPStatus.OK:
        raise ValueError(f"{url}: status {response.status}")
    members: dict[str, object] = json.loads(body or b"{}")
    return members


def _connection(address: SplitResult, ca: Path | None) -> HTTPConnection:
    if ca is None:
        return HTTPConnection(address.netloc, timeout=TIMEOUT)
    return HTTPSConnection(address.netloc, timeout=TIMEOUT, context=ssl.create_default_context(cafile=ca))


def _form(token: SecretStr, client: RegisteredClient) -> str:
    public = {"client_id": client.id} if client.authentication == "none" else {}
    return urlencode({"token": token.get_secret_value(), **public})


def _headers(client: RegisteredClient) -> dict[str, str]:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    if client.authentication == "none":
        return form
    pair = f"{quote(client.id, safe='')}:{quote(client.secret.get_secret_value(), safe='')}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}", **form}
