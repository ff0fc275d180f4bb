"""`kubectl oauth providers` shows what this release knows, without a cluster."""

import json
from dataclasses import replace

import pytest

from oauth_connector.kubectl_plugin.main import main
from oauth_connector.providers.registry import PRESETS


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the command without any kubeconfig."""
    monkeypatch.setenv("KUBECONFIG", "/nonexistent")


def test_the_list_has_every_preset_and_its_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each; a parameter with a default shows it."""
    assert main(["providers"]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["NAME", "PARAMETERS"]
    assert [line.split()[0] for line in lines] == list(PRESETS)
    assert next(line for line in lines if line.startswith("Zoho")).split()[1:] == ["dataCenter=us"]
    assert next(line for line in lines if line.startswith("Okta")).split()[1:] == [
        "domain,",
        "authorizationServer=default",
    ]


@pytest.mark.parametrize("name", PRESETS)
def test_one_preset_is_shown_with_all_that_is_known(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Endpoints, parameters, notes, codes and links are there, without the marks of the reference page."""
    assert main(["providers", name]) == 0
    shown, preset = capsys.readouterr().out, PRESETS[name]
    assert f"token endpoint: {preset.token_url}" in shown
    assert all(f"parameter {key}: {each.meaning.replace('`', '')}" in shown for key, each in preset.parameters.items())
    assert all(note.replace("`", "") in shown for note in preset.notes)
    assert all(f"{code}: " in shown for code in preset.codes)
    assert all(link in shown for link in preset.links)
    assert "`" not in shown


def test_a_script_gets_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The list has an object for each preset, with the names of `spec.provider` and the facts of refresh tokens."""
    assert main(["providers", "-o", "json"]) == 0
    found = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert list(found) == list(PRESETS)
    xero = found["Xero"]
    assert xero["tokenURL"] == "https://identity.xero.com/connect/token"
    assert xero["refreshTokens"] == {
        "rotates": True,
        "revokesUsed": True,
        "reuseWindow": 1800,
        "revokesAccessToken": None,
        "lifetime": None,
        "idleLifetime": 60 * 86400,
    }
    assert found["Okta"]["parameters"]["domain"]["default"] is None


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("zoho", "Did you mean Zoho?"),
        ("MicrosoftEntraID", "Did you mean MicrosoftEntra?"),
        ("acme", "Run `kubectl oauth providers` for the list."),
    ],
)
def test_an_unknown_name_gets_a_hint(name: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status is 1, and the message names what is near."""
    assert main(["providers", name]) == 1
    assert capsys.readouterr().err == f"kubectl oauth providers: There is no preset {name}. {hint}\n"


@pytest.mark.parametrize(
    ("read", "shown"),
    [
        ("2026-11-29", "compared with the provider's pages on 2026-11-29"),
        (None, "not compared with the provider's pages yet"),
    ],
)
def test_a_row_says_whether_it_was_compared(
    read: str | None, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text and the JSON say when a reader compared the row with the provider's pages, or that no maintainer has."""
    monkeypatch.setitem(PRESETS, "Zoho", replace(PRESETS["Zoho"], read=read))
    assert main(["providers", "Zoho"]) == 0
    assert f"\n  comparison: {shown}\n" in capsys.readouterr().out
    assert main(["providers", "Zoho", "-o", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["readOn"], found["properties"]["comparison"]) == (read, shown)
