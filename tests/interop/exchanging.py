"""One token call as the operator makes it, by its OAuth core and a plain HTTP client."""

import aiohttp
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import Person, RegisteredClient
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import BasicEncoding, Client, ClientAuthentication, HTTPResponse, Token
from oauth_connector.oauth.token_request import Grant, Parameters, Password, token_request
from oauth_connector.oauth.token_response import parse

METHODS = {
    "client_secret_basic": ClientAuthentication.BASIC,
    "client_secret_post": ClientAuthentication.POST,
    "none": ClientAuthentication.NONE,
}
NOTHING_MORE = Parameters()


def client_of(registered: RegisteredClient, encoding: BasicEncoding = BasicEncoding.FORM) -> Client:
    """Give the client as a connector describes it."""
    secret = None if registered.authentication == "none" else registered.secret
    return Client(registered.id, secret, METHODS[registered.authentication], encoding)


def password_of(person: Person) -> Password:
    """Give the grant by which the client acts for a person."""
    return Password(SecretStr(person.username), person.password)


async def token_client(
    server: AuthorizationServer, client: Client, grant: Grant, parameters: Parameters = NOTHING_MORE
) -> Token | Signal:
    """Ask a server for a token."""
    request = token_request(server.token_url, grant, client, parameters)
    async with (
        aiohttp.ClientSession() as session,
        session.post(request.url, headers=dict(request.headers), data=request.body) as answer,
    ):
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return parse(HTTPResponse(answer.status, headers, await answer.read()))


async def fetch(url: str) -> HTTPResponse:
    """Get a document."""
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return HTTPResponse(answer.status, headers, await answer.read())
