"""Labels of controllers: the operator writes those that its setting `allowedOutputLabels` contains, and no others."""

import pytest

from oauth_connector.connector.local_rules import LocalRules
from tests.support.builders import a_spec
from tests.support.world import World

LABEL = "argocd.argoproj.io/secret-type"
LABELED = a_spec(output={"labels": {LABEL: "repository", "example.com/team": "shop"}})


def allow(*labels: str) -> LocalRules:
    """Return rules that allow some labels."""
    return LocalRules(" ".join(labels), allowed_output_labels=frozenset(labels))


@pytest.mark.parametrize("allowed", [(), (f"{LABEL}=repo-creds",), ("argocd.argoproj.io/other",), (f"{LABEL}=",)])
async def test_a_label_that_is_not_allowed_is_not_written(world: World, allowed: tuple[str, ...]) -> None:
    """No token is requested, since no Secret would contain it, and the message names label and setting."""
    world.rules = allow(*allowed)
    world.edit(LABELED)
    await world.run(600)
    assert (world.reason("Stalled"), world.calls, world.cluster.secrets) == ("LabelNotAllowed", 0, {})


@pytest.mark.parametrize("allowed", [LABEL, f"{LABEL}=repository"])
async def test_an_allowed_label_is_written(world: World, allowed: str) -> None:
    """An entry of the setting is a key, or a key and a value."""
    world.rules = allow(allowed)
    world.edit(LABELED)
    await world.run()
    assert (world.reason(), world.calls) == ("TokenIssued", 1)


async def test_another_setting_applies_within_a_minute(world: World) -> None:
    """A setting that allows the label ends the refusal, and one that forbids it stops the next write."""
    world.edit(LABELED)
    await world.run()
    world.rules = allow(LABEL)
    await world.run(61)
    assert world.reason() == "TokenIssued"
    world.rules = allow()
    await world.run(4000)
    assert (world.reason("Stalled"), world.calls) == ("LabelNotAllowed", 1)


async def test_a_label_that_is_added_to_a_published_secret_is_not_written(world: World) -> None:
    """The Secret stays as it was, and is written again when the label is removed."""
    await world.run()
    before = world.cluster.secrets["shop", "crm-token"]
    world.edit(LABELED)
    await world.run(60)
    assert world.cluster.secrets["shop", "crm-token"] is before
    world.edit(a_spec())
    await world.run(60)
    assert (world.reason(), world.calls) == ("TokenIssued", 1)
