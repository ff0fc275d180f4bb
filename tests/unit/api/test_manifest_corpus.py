"""Validation of the corpus by the models; `tests/contract` sends it to the real API server too."""

import pytest

from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from tests.support.manifests import samples

GOOD, BAD = samples("good"), samples("bad")


@pytest.mark.parametrize("name", GOOD)
def test_a_good_manifest_is_accepted(name: str) -> None:
    """The models accept a manifest that the API server accepts."""
    assert isinstance(parse_manifest(GOOD[name].manifest), OAuthConnectorSpec)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_is_rejected_with_its_message(name: str) -> None:
    """The models reject a manifest that the API server rejects, and report the field and the cure."""
    problems = parse_manifest(BAD[name].manifest)
    assert isinstance(problems, tuple)
    assert BAD[name].message_of_models in "\n".join(f"{problem.path} {problem.message}" for problem in problems)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_violates_one_rule(name: str) -> None:
    """A sample has one mistake, so that its expected message is about that mistake."""
    problems = parse_manifest(BAD[name].manifest)
    assert isinstance(problems, tuple)
    assert len(problems) == 1
