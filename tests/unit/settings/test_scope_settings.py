"""The settings `namespaces` and `selector`."""

from pathlib import Path

import pytest

from oauth_connector.settings.operator import PREFIX, InvalidSettings, Settings, load


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove variables that the environment of the test run may contain."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def test_by_default_the_scope_is_the_whole_cluster() -> None:
    """Empty text is no value, so that a chart can render it."""
    assert (load({}).namespaces, load({}).selector) == ((), "")
    assert (load({"namespaces": " "}).namespaces, load({"selector": " "}).selector) == ((), "")


def test_namespaces_are_split_at_commas() -> None:
    """Spaces and repetitions do not matter."""
    assert load({"namespaces": "team-a, team-b,team-a"}).namespaces == ("team-a", "team-b")


def test_namespaces_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The value has the format of the command line."""
    monkeypatch.setenv("OAUTH_CONNECTOR_NAMESPACES", "team-a,team-b")
    assert load({}).namespaces == ("team-a", "team-b")


def test_namespaces_and_selector_come_from_a_file(tmp_path: Path) -> None:
    """A list of YAML, and text."""
    path = tmp_path / "settings.yaml"
    path.write_text("namespaces: [team-a, team-b]\nselector: shard in (a,b)\n")
    settings = load({"config": path})
    assert (settings.namespaces, settings.selector) == (("team-a", "team-b"), "shard in (a,b)")


@pytest.mark.parametrize("names", ["team-*", "a,,b", "Team", "*", "a/b", "-a"])
def test_patterns_are_not_supported(names: str) -> None:
    """The error names the setting and what to write instead."""
    with pytest.raises(
        InvalidSettings, match=r"setting namespaces.*patterns are not supported, so list each namespace"
    ):
        load({"namespaces": names})


@pytest.mark.parametrize("other", [{"selector": "shard=a"}, {"selector": "shard=b"}, {"namespaces": "a"}])
def test_the_lease_of_another_scope_has_another_name(other: dict[str, str]) -> None:
    """Otherwise the second of two installs in a namespace would stand by for ever."""
    assert load({}).own_lease_name == "oauth-connector"
    assert load(other).own_lease_name.startswith("oauth-connector-")
    assert load(other | {"lease_name": "mine"}).own_lease_name == "mine"


def test_two_selectors_have_two_leases() -> None:
    """The name is a digest of the text."""
    assert len({load({"selector": f"shard={name}"}).own_lease_name for name in "abc"}) == 3
