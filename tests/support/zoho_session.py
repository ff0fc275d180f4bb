"""A user and a client at the imitation of Zoho, over HTTP without a browser."""

from urllib.parse import parse_qs, urlsplit

import aiohttp

from tests.support.zoho import API, Zoho
from tests.support.zoho_accounts import ZohoClient

BACK = "https://connect.example.com/oauth/callback/shop/crm"
SCOPE = "ZohoCRM.modules.ALL,ZohoCRM.users.READ"
Said = dict[str, str]


class ZohoSession:
    """A user and a client at Zoho."""

    def __init__(self, session: aiohttp.ClientSession, server: Zoho) -> None:
        self.session = session
        self.zoho = server
        self.client: ZohoClient = server.accounts.register(BACK)

    async def authorize(self, decision: str | None = None, at: str = "us", **changes: str | None) -> Said | str:
        """Follow the link; return the parameters of the redirect to the client, or the page that is shown instead."""
        asked = {
            "response_type": "code",
            "client_id": self.client.id,
            "redirect_uri": BACK,
            "scope": SCOPE,
            "state": "s",
            "access_type": "offline",
            "prompt": "consent",
            **changes,
        }
        query = {name: value for name, value in asked.items() if value is not None}
        url = f"{self.zoho.origins[at]}/oauth/v2/auth"
        form = {"decision": decision} if decision else None
        for _ in range(3):
            method = "POST" if form and url.startswith(self.zoho.origins[self.zoho.accounts.home]) else "GET"
            async with self.session.request(
                method, url, params=query, data=form if method == "POST" else None, allow_redirects=False
            ) as answer:
                if answer.status != 302:
                    return await answer.text()
                url, query = answer.headers["Location"], {}
            if url.startswith(BACK):
                return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
        raise AssertionError("Zoho sends the browser round in circles")

    async def request_token(self, at: str = "us", **form: str) -> dict[str, object]:
        """Send a token request; the status is always 200."""
        credentials = {"client_id": self.client.id, "client_secret": self.client.secret}
        url = f"{self.zoho.origins[at]}/oauth/v2/token"
        async with self.session.post(url, data={**credentials, **form}) as answer:
            assert answer.status == 200
            said: dict[str, object] = await answer.json()
            return said

    async def redeem(self, said: Said | str, at: str = "us") -> dict[str, object]:
        """Exchange the code for tokens."""
        assert isinstance(said, dict), said
        return await self.request_token(at, grant_type="authorization_code", code=said["code"], redirect_uri=BACK)

    async def refresh(self, token: object, at: str = "us") -> dict[str, object]:
        """Request another access token."""
        return await self.request_token(at, grant_type="refresh_token", refresh_token=str(token))

    async def call(self, authorization: str) -> int:
        """Call the API; return the status."""
        headers = {"Authorization": authorization}
        async with self.session.get(self.zoho.origins["us"] + API, headers=headers) as answer:
            return answer.status
