"""The API server and the models accept and reject the same manifests."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.providers.registry import PRESETS
from tests.support.dry_run import DryRun
from tests.support.manifests import samples

Path = tuple[str | int, ...]

GOOD = samples("good")
FULL = [
    GOOD[name].manifest
    for name in (
        "everything",
        "everything-with-authorization-code",
        "everything-with-refresh-token",
        "formats-with-a-login",
        "template",
    )
]

BEGINNINGS = (
    "",
    "https://",
    "http://a",
    "https://[",
    "https://a:",
    "http://127.0.0.1:8",
    "https://a?",
    "https://a?Scope",
    "https://a?p=1&grant.type=",
    "urn:",
    "a.k8s.io/",
    "argocd.x/",
    "example.com",
    "example.com/",
    "acme.okta.com:",
    "registry.example.com:5000",
    "{{",
    "{{ access_token",
    "{{scope|json}}",
    '"{{ scope | json }}"',
)
WORDS = (
    "None",
    "Post",
    "Password",
    "access_token",
    "scope",
    "refresh_token",
    "client_id",
    "x-oauth-state",
    "1h",
    "59s",
    "AuthorizationCode",
    "RefreshToken",
    "Disabled",
    "Zoho",
    "Salesforce",
    "Slack",
    "eu",
    "common",
    "response_mode",
    "domain",
    "Netrc",
    "GitCredentials",
    "JSON",
)
TYPICAL = "aZ09-._/: "
ODD = TYPICAL + "@#?[]%\n\t\r,\"\\'é\u2028=+&~{}\x00\x7f"

ENDPOINTS = ("issuer", "tokenURL", "authorizationURL", "revocationURL")

texts = st.builds(str.__add__, st.sampled_from(BEGINNINGS), st.text(TYPICAL, max_size=70) | st.text(ODD, max_size=9))
values = st.recursive(
    texts | st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers(-1, 100) | st.sampled_from([33.0, 33.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)


def paths(value: object, at: Path = ()) -> Iterator[Path]:
    """Yield the path of every member of a value, at any depth."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*at, name)
        yield from paths(member, (*at, name))


def changed(full: dict[str, Any], path: Path, value: object, *, remove: bool) -> dict[str, Any]:
    """Return a complete manifest with one value of its spec replaced or removed."""
    manifest = copy.deepcopy(full)
    *folder, name = path
    place: Any = manifest["spec"]
    for step in folder:
        place = place[step]
    if remove:
        del place[name]
    else:
        place[name] = value
    return manifest


places = st.sampled_from(FULL).flatmap(
    lambda full: st.tuples(st.just(full), st.sampled_from(list(paths(full["spec"]))))
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=places, value=values, remove=st.integers(0, 9).map(lambda n: n == 0))
def test_a_changed_manifest_gets_the_same_result(
    api_server: DryRun,
    place: tuple[dict[str, Any], Path],
    value: object,
    remove: bool,  # noqa: FBT001  # hypothesis gives it by name
) -> None:
    """One changed field is accepted by both or rejected by both."""
    manifest = changed(*place, value, remove=remove)
    verdict = api_server.submit(json.dumps(manifest))
    parsed = parse_manifest(manifest)
    assert isinstance(parsed, OAuthConnectorSpec) == bool(verdict.stored), (verdict.message, parsed)


parameters = st.dictionaries(
    st.sampled_from(sorted({name for preset in PRESETS.values() for name in preset.parameters})),
    st.sampled_from([each.example for preset in PRESETS.values() for each in preset.parameters.values()]) | texts,
    max_size=3,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(preset=st.sampled_from(list(PRESETS)), chosen=parameters, changes=st.sets(st.sampled_from(ENDPOINTS)))
def test_preset_parameters_get_the_same_result(
    api_server: DryRun, preset: str, chosen: dict[str, str], changes: set[str]
) -> None:
    """Any parameters, with any endpoints, are accepted by both or rejected by both."""
    provider = {"preset": preset, "parameters": chosen, **dict.fromkeys(changes, "https://a.example")}
    manifest = copy.deepcopy(GOOD["preset-zoho"].manifest)
    manifest["spec"]["provider"] = provider
    verdict = api_server.submit(json.dumps(manifest))
    parsed = parse_manifest(manifest)
    assert isinstance(parsed, OAuthConnectorSpec) == bool(verdict.stored), (verdict.message, parsed)
