"""The page that shows a user code (RFC 8628), in a real browser."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from tests.component.consent_server.navigation import open_link
from tests.support.browser import inspect
from tests.support.cluster import Namespace
from tests.support.consent_server_replicas import ConsentServerReplicas, ask

DEVICE_URL = "https://login.example.com/device"


async def test_the_page_shows_the_code_until_the_operator_has_the_token(
    tab: Page, namespace: Namespace, consent_site: ConsentServerReplicas
) -> None:
    """The user reviews the request, sees code, link and image, and at last the result, without another click."""
    asked = await ask(namespace, redirect="Device")
    until = (datetime.now(UTC) + timedelta(minutes=10)).isoformat(timespec="seconds")
    activate = "https://login.example.com/activate"
    device = {
        "userCode": "WDJB-MJHT",
        "verificationURI": activate,
        "completeURI": f"{activate}?user_code=WDJB-MJHT",
        "interval": 5,
        "expirationTime": until,
        "sealedCode": "a.b.c.d.e",
    }
    await asked.fill(consent_site.url, DEVICE_URL, redirectURI="", device=device, confirmationRequired=False)
    await open_link(tab, consent_site, asked)
    await tab.get_by_role("button", name="Continue to login.example.com").click()
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Enter this code at login.example.com")
    await expect(tab.get_by_role("img", name="QR code of the link")).to_be_visible()
    link = tab.get_by_role("link", name="Go to login.example.com")
    await expect(link).to_have_attribute("href", f"{activate}?user_code=WDJB-MJHT")
    assert await inspect(tab, "device") == []
    await asked.conclude("True", ConsentReason.AUTHORIZED, "Its token is in Secret `zoho-token`.")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Authorized")
