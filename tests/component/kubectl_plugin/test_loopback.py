"""`kubectl oauth authorize` with a redirect to this machine."""

import json
import os
import re
import signal
import socket
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.component.kubectl_plugin.authorization_endpoint import CODE
from tests.component.kubectl_plugin.conftest import USER, PluginScenario


def link_of(page: str) -> str:
    """Return the link to which a page redirects."""
    found = re.search(r'href="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


async def test_a_connector_is_authorized_through_the_browser(scenario: PluginScenario) -> None:
    """A private page opens the provider's link; the response is sealed and confirmed; the state is shown."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name)
    consent = await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    page = await scenario.opened()
    assert (scenario.folder / "modes").read_text().split() == ["600", "700"]
    async with scenario.browser.get(link_of(page)) as answer:
        assert answer.status == 200
        assert str(answer.url) == scenario.loopback  # without the code
        assert "Back to the terminal" in await answer.text()
    sealed = await scenario.operator.answer()
    assert sealed.code.get_secret_value() == CODE
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0
    assert "crm is authorized" in scenario.terminal.shown
    assert "account ann@example.com" in scenario.terminal.printed
    assert "(in 1h)" in scenario.terminal.printed
    spec = consent["spec"]
    assert spec["requestedBy"] == f"system:serviceaccount:{scenario.namespace.name}:{USER}"
    assert (spec["connectorName"], spec["redirect"]) == ("crm", "Loopback")
    asked = scenario.provider.asked[0]
    assert asked["scope"] == "read write"
    assert asked["access_type"] == "offline"
    assert asked["code_challenge_method"] == "S256"
    assert consent["metadata"]["managedFields"][0]["manager"] == "oauth-connector-cli"


@pytest.mark.parametrize("reference", ["urn:example:1", None])
async def test_the_operator_pushes_the_request_first(scenario: PluginScenario, reference: str | None) -> None:
    """The link has a reference, whose state is that of the command; or all parameters, where nothing was pushed."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    changes = {"pushEndpoint": "https://login.example.com/par", "pushRequired": True}
    await scenario.operator.fill(scenario.loopback, scenario.provider.url, **changes)
    state = await scenario.operator.answer_push(reference)
    link = await scenario.link()
    if reference is None:
        assert parse_qs(urlsplit(link).query)["state"] == [state]
    else:
        assert parse_qs(urlsplit(link).query) == {"client_id": ["crm-client"], "request_uri": [reference]}
        link = f"{scenario.loopback}?code={CODE}&state={state}"
    async with scenario.browser.get(link) as answer:
        assert answer.status == 200
    sealed = await scenario.operator.answer()
    assert sealed.code.get_secret_value() == CODE
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0


async def test_authorize_prints_json(scenario: PluginScenario) -> None:
    """Standard output is one JSON object; messages to the user are not on it."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "-o", "json", "--no-browser")
    await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    async with scenario.browser.get(await scenario.link()) as answer:
        assert answer.status == 200
    await scenario.operator.answer()
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0
    printed = json.loads(scenario.terminal.printed)
    assert (printed["name"], printed["ready"], printed["secretRef"]) == ("crm", True, {"name": "crm-token"})


async def test_only_a_valid_redirect_is_accepted(scenario: PluginScenario) -> None:
    """Another state, path, method or host changes nothing; the right redirect is accepted afterwards, once."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    link, browser = await scenario.link(), scenario.browser
    async with browser.get(link, allow_redirects=False) as answer:
        right = answer.headers["Location"]
    wrong_state, right_host = right.replace("state=", "state=x"), f"127.0.0.1:{scenario.port}"
    seen = [
        (await browser.get(wrong_state, allow_redirects=False)).status,
        (await browser.get(f"{scenario.loopback}?code=evil", allow_redirects=False)).status,
        (await browser.get(right + "&state=again", allow_redirects=False)).status,
        (await browser.get(right, headers={"Host": f"evil.example:{scenario.port}"}, allow_redirects=False)).status,
        (await browser.get(right.replace("/crm?", "/crm/?"), allow_redirects=False)).status,
        (await browser.get(f"http://{right_host}/", allow_redirects=False)).status,
        (await browser.post(right, allow_redirects=False)).status,
    ]
    assert seen == [400, 400, 400, 421, 404, 404, 404]
    assert "response" not in (await scenario.operator.consent())["status"]
    async with browser.get(right, allow_redirects=False) as taken:
        assert (taken.status, taken.headers["Location"]) == (303, f"/oauth/callback/{scenario.namespace.name}/crm")
        assert taken.headers["Cache-Control"] == "no-store"
        assert taken.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in taken.headers["Content-Security-Policy"]
    assert (await browser.get(right, allow_redirects=False)).status == 410
    assert (await scenario.operator.answer()).code.get_secret_value() == CODE
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0


async def test_a_required_issuer_must_be_in_the_response(scenario: PluginScenario) -> None:
    """A response of another issuer is not used (RFC 9207), and the consent is deleted."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    issuer = {"issuer": "https://login.example.com", "issRequired": True}
    await scenario.operator.fill(scenario.loopback, scenario.provider.url, **issuer)
    scenario.provider.answers["iss"] = "https://evil.example.com"
    async with scenario.browser.get(await scenario.link()) as answer:
        assert "another issuer" in await answer.text()
    assert await scenario.terminal.ended() == 1
    assert "another issuer" in scenario.terminal.shown
    assert await scenario.operator.consents() == []


async def test_a_denial_is_reported(scenario: PluginScenario) -> None:
    """The provider's error gets a sentence on the page and in the terminal, and the consent is taken back."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    scenario.provider.answers = {"error": "access_denied", "error_description": "<b>buy now</b>"}
    async with scenario.browser.get(await scenario.link()) as answer:
        page = await answer.text()
    assert "access_denied" in page
    assert "buy now" not in page
    assert await scenario.terminal.ended() == 1
    assert "The provider returned the error access_denied" in scenario.terminal.shown
    assert await scenario.operator.consents() == []


async def test_a_port_in_use_is_reported_with_its_process(scenario: PluginScenario) -> None:
    """The port is not shared; the message names the process that uses it."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", scenario.port))
        other.listen()
        await scenario.add_connector(scenario.loopback)
        await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
        await scenario.operator.fill(scenario.loopback, scenario.provider.url)
        assert await scenario.terminal.ended() == 1
    assert f"Port {scenario.port}" in scenario.terminal.shown
    assert f"(process {os.getpid()})" in scenario.terminal.shown
    assert await scenario.operator.consents() == []


async def test_a_rejected_code_is_reported_with_the_message_of_the_operator(scenario: PluginScenario) -> None:
    """The operator's result ends the command, and the OAuthConsent stays for later commands."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    async with scenario.browser.get(await scenario.link()) as answer:
        assert answer.status == 200
    await scenario.operator.answer()
    await scenario.operator.say("False", "CodeRejected", "login.example.com refuses the code\x1b[31m")
    assert await scenario.terminal.ended() == 1
    assert "CodeRejected: login.example.com refuses the code·[31m" in scenario.terminal.shown
    assert len(await scenario.operator.consents()) == 1


async def test_a_connector_that_is_not_ready_exits_with_status_1(scenario: PluginScenario) -> None:
    """The consent may be used and the Secret still not be written: its message is shown, with status 1."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser", "--settle", "1s")
    await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    async with scenario.browser.get(await scenario.link()) as answer:
        assert answer.status == 200
    await scenario.operator.answer()
    await scenario.operator.show(ready="False")
    await scenario.operator.say("True", "Authorized")
    assert await scenario.terminal.ended() == 1
    assert "To do" in scenario.terminal.printed


async def test_the_port_is_free_for_the_next_run(scenario: PluginScenario) -> None:
    """A browser that keeps its connection does not keep the port: who was refused can try again at once."""
    await scenario.add_connector(scenario.loopback)
    scenario.provider.answers = {"error": "access_denied"}
    for run in range(2):
        await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
        await scenario.operator.fill(scenario.loopback, scenario.provider.url)
        async with scenario.browser.get(await scenario.link()) as answer:
            assert "access_denied" in await answer.text(), run
        assert await scenario.terminal.ended() == 1
        assert "is in use" not in scenario.terminal.shown


async def test_a_termination_deletes_the_consent(scenario: PluginScenario) -> None:
    """A closed terminal or a SIGTERM is as good as Ctrl-C."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    await scenario.link()
    scenario.terminal.signal(signal.SIGTERM)
    assert await scenario.terminal.ended() == 130
    assert await scenario.operator.consents() == []


async def test_a_response_of_another_client_is_reported(scenario: PluginScenario) -> None:
    """A response is set once: who finds one there already starts anew."""
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name, "--no-browser")
    await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    link = await scenario.link()
    await scenario.operator.respond()
    async with scenario.browser.get(link) as answer:
        assert answer.status == 200
    assert await scenario.terminal.ended() == 1
    assert "already has a response from another client" in scenario.terminal.shown


async def test_an_open_browser_does_not_block_the_command(scenario: PluginScenario) -> None:
    """Some end only when their window is closed."""
    script = scenario.folder / "browser"
    closed = scenario.folder / "closed"
    script.write_text(script.read_text() + f"until [ -e {closed} ]; do sleep 0.1; done\n")
    await scenario.add_connector(scenario.loopback)
    await scenario.authorize("-n", scenario.namespace.name)
    await scenario.operator.fill(scenario.loopback, scenario.provider.url)
    async with scenario.browser.get(link_of(await scenario.opened())) as answer:
        assert answer.status == 200
    await scenario.operator.answer()
    await scenario.operator.connect()
    assert await scenario.terminal.ended() == 0
    closed.touch()
