"""The parameters of presets: what each accepts, and the addresses that are built with them."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.api.v1alpha1.parsing import parse_spec
from oauth_connector.providers.patterns import SERVER
from oauth_connector.providers.registry import PRESETS
from tests.support.builders import a_spec
from tests.support.presets import build_example_parameters

PARAMETERS = [(name, each) for name, preset in PRESETS.items() for each in preset.parameters]
SMUGGLED = (
    "evil.example/",
    "evil.example#",
    "evil.example?",
    "a@evil.example",
    "evil.example:443",
    "evil.example:65536",
    "evil.example:0",
    "evil.example\\",
    "EVIL.example%2f",
    "evil.example ",
    "evil.example\n",
    "..",
    "../..",
    "a/../..",
    "${token}",
    "[::1]",
    "https://evil.example",
    "evil.example\u2024com",
    "",
)


def problem_of(preset: str, **given: str) -> str | None:
    """Return the message about the parameters of a preset, or nothing; required ones get their examples."""
    parameters = {**build_example_parameters(PRESETS[preset]), **given}
    spec = parse_spec(a_spec(provider={"preset": preset, "parameters": parameters}))
    return spec[0].message if isinstance(spec, tuple) else None


@pytest.mark.parametrize("name", PRESETS)
def test_examples_are_accepted_and_fill_every_address(name: str) -> None:
    """The examples of the reference page are accepted, and fill every placeholder."""
    preset = PRESETS[name]
    assert problem_of(name) is None
    templates = (preset.authorization_url, preset.token_url, preset.revocation_url, preset.issuer)
    for template in filter(None, templates):
        filled = preset.fill(template, build_example_parameters(preset)) or ""
        assert re.fullmatch(r"https://[a-z0-9.-]+/?[A-Za-z0-9_./-]*", filled)


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_no_parameter_changes_the_host_of_an_address(name: str, parameter: str) -> None:
    """A value that ends the host, adds a user or a port, or leaves the path is refused with an example."""
    preset = PRESETS[name]
    allowed = {"evil.example:443"} if preset.parameters[parameter].pattern == SERVER else set()
    for value in set(SMUGGLED) - allowed:
        example = f"{parameter} of {name} is the {preset.parameters[parameter].meaning}, such as"
        assert value == "" or example in (problem_of(name, **{parameter: value}) or "")


@pytest.mark.parametrize("name", ["Okta", "Auth0", "GitHub", "MicrosoftEntra"])
def test_no_host_is_an_address_of_a_machine(name: str) -> None:
    """A host is a name of two labels at least, so that neither numbers nor `localhost` are one."""
    parameter = "tenant" if name == "MicrosoftEntra" else "server" if name == "GitHub" else "domain"
    for value in ("169.254.169.254", "2130706433", "localhost", "kubernetes", "-a.example", "a..example"):
        assert problem_of(name, **{parameter: value}) is not None, value


@given(st.sampled_from(PARAMETERS), st.data())
def test_every_accepted_value_stays_in_its_place(chosen: tuple[str, str], data: st.DataObject) -> None:
    """An accepted value changes neither scheme nor user, and its path has no `..`."""
    name, parameter = chosen
    preset = PRESETS[name]
    pattern = re.compile(f"({preset.parameters[parameter].pattern})", re.ASCII)
    value = data.draw(st.from_regex(pattern, fullmatch=True))
    parts = urlsplit(preset.fill(preset.token_url, {**build_example_parameters(preset), parameter: value}) or "")
    assert (parts.scheme, parts.username, parts.query, parts.fragment) == ("https", None, "", "")
    assert parts.hostname
    assert parts.port is None or preset.parameters[parameter].pattern == SERVER
    assert not {"..", "."} & set(parts.path.split("/"))


def test_an_unknown_parameter_is_named() -> None:
    """The error names the parameters that there are."""
    expected = "must have only names that the preset defines: Okta has domain, authorizationServer"
    assert problem_of("Okta", domian="acme.okta.com") == expected


def test_an_address_without_its_parameter_is_none() -> None:
    """No value is guessed."""
    okta = PRESETS["Okta"]
    assert okta.fill(okta.token_url, {}) is None


@pytest.mark.parametrize(
    ("grant", "provider", "missing"),
    [
        ("ClientCredentials", {"preset": "Okta"}, True),
        ("ClientCredentials", {"preset": "Okta", "tokenURL": "https://acme.okta.com/token"}, False),
        ("ClientCredentials", {"preset": "Okta", "authorizationURL": "https://acme.okta.com/authorize"}, True),
        ("AuthorizationCode", {"preset": "Okta", "tokenURL": "https://acme.okta.com/token"}, True),
        ("AuthorizationCode", {"preset": "Okta", "issuer": "https://acme.okta.com"}, False),
        ("ClientCredentials", {"preset": "Zoho"}, False),
    ],
)
def test_a_parameter_is_required_for_the_endpoints_of_the_grant_only(
    grant: str,
    provider: dict[str, str],
    missing: bool,  # noqa: FBT001  # a column of the table
) -> None:
    """Only grantType AuthorizationCode needs an authorization endpoint; the message names the parameter."""
    spec = parse_spec(a_spec(grantType=grant, provider=provider))
    problems = [(each.path, each.message) for each in spec] if isinstance(spec, tuple) else []
    assert bool(problems) == missing
    assert all(path == "spec.provider.parameters" and "domain of Okta is the" in text for path, text in problems)
