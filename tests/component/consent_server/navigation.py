"""The ways that tests go again and again: out with a link, and back from the provider."""

import re
from urllib.parse import urlencode

from playwright.async_api import Page

from oauth_connector.consent_protocol.addresses import callback_path
from tests.support.consent_server_replicas import ConsentServerReplicas, RequestedConsent
from tests.support.http_client import HTTPClient, PageResponse
from tests.support.two_host_provider import CODE, TwoHostProvider


def back(asked: RequestedConsent, connector: str = "zoho", **query: str) -> str:
    """Return the path that a provider sends a browser back to."""
    return f"{callback_path(asked.namespace.name, connector)}?{urlencode(query)}"


async def finish(visitor: HTTPClient, asked: RequestedConsent, **query: str) -> PageResponse:
    """Go the whole way, with what the provider sends back besides `state`."""
    leaving = await visitor.begin(asked.path, asked.ticket)
    return await visitor.get(back(asked, **{"code": CODE, **query, "state": leaving.state}))


async def open_link(tab: Page, site: ConsentServerReplicas, asked: RequestedConsent) -> None:
    """Open the link that the requester was given."""
    await tab.goto(site.url + asked.fragment)


async def resume(tab: Page, provider: TwoHostProvider) -> None:
    """Say that one wants to go to the provider, and wait to be there."""
    await tab.get_by_role("button", name=f"Continue to {provider.host}").click()
    await tab.wait_for_url(re.compile("/sign-in"))
