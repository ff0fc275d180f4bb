"""Whatever a person writes, the API server and the models come to the same verdict."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oauth_connector.api.parsing import parse_manifest
from oauth_connector.api.v1alpha1 import OAuthConnectorSpec
from tests.support.dry_run import DryRun
from tests.support.manifests import samples

Path = tuple[str | int, ...]

FULL = samples("good")["everything"].manifest

BEGINNINGS = ("", "https://", "http://a", "https://[", "https://a:", "urn:", "a.k8s.io/", "argocd.x/", "example.com/")
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
)
TYPICAL = "aZ09-._/: "
ODD = TYPICAL + "@#?[]%\n\t\r,\"\\'é\u2028=+&~{}\x00\x7f"

texts = st.builds(str.__add__, st.sampled_from(BEGINNINGS), st.text(TYPICAL, max_size=70) | st.text(ODD, max_size=9))
values = st.recursive(
    texts | st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers(-1, 100) | st.sampled_from([33.0, 33.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)


def paths(value: object, at: Path = ()) -> Iterator[Path]:
    """Give the paths to everything within a value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*at, name)
        yield from paths(member, (*at, name))


def changed(path: Path, value: object, *, remove: bool) -> dict[str, Any]:
    """Give the fullest manifest with one thing in its spec put otherwise, or taken out."""
    manifest = copy.deepcopy(FULL)
    *folder, name = path
    place: Any = manifest["spec"]
    for step in folder:
        place = place[step]
    if remove:
        del place[name]
    else:
        place[name] = value
    return manifest


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(list(paths(FULL["spec"]))), value=values, remove=st.integers(0, 9).map(lambda n: n == 0))
def test_a_changed_manifest_gets_one_verdict(api_server: DryRun, path: Path, value: object, remove: bool) -> None:  # noqa: FBT001  # hypothesis gives it by name
    """One field put otherwise is accepted by both or refused by both."""
    manifest = changed(path, value, remove=remove)
    verdict = api_server.judge(json.dumps(manifest))
    ours = parse_manifest(manifest)
    assert isinstance(ours, OAuthConnectorSpec) == bool(verdict.stored), (verdict.message, ours)
