"""A provider that shows an error on a page of its own, and sends nothing back (RFC 6749 §4.1.2.1)."""

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.component.kubectl_plugin.conftest import PluginScenario
from tests.support.terminal import CTRL_C

FLOWS = {"loopback": ("--no-browser",), "paste": ("--paste",), "hosted": ("--no-browser",)}


@pytest.mark.parametrize("flow", FLOWS)
async def test_a_page_of_the_provider_leaves_no_user_without_a_hint(
    scenario: PluginScenario, oidc_provider: AuthorizationServer, flow: str
) -> None:
    """Real servers show a page for a redirect URI that is not registered: the command says what to do then."""
    client = oidc_provider.register(redirect_uris=["https://registered.example.com/callback"])
    redirect = scenario.hosted if flow == "hosted" else scenario.loopback
    await scenario.add_connector(None if flow == "hosted" else redirect)
    await scenario.authorize("-n", scenario.namespace.name, *FLOWS[flow])
    await scenario.operator.fill(redirect, oidc_provider.authorization_url, clientID=client.id)
    if flow != "hosted":
        async with scenario.browser.get(await scenario.link(), allow_redirects=False) as page:
            assert (page.status, "Location" in page.headers) == (400, False)
            assert "redirect_uri" in await page.text()
    await scenario.terminal.wait_for_output("press Ctrl-C, and run the command again")
    hint = " ".join(scenario.terminal.shown.split())
    assert "If the provider shows an error page, it reports nothing to this command." in hint
    assert f"the redirect URI {redirect} is not registered for the client" in hint
    scenario.terminal.type(CTRL_C)
    assert await scenario.terminal.ended() == 130
    assert await scenario.operator.consents() == []
