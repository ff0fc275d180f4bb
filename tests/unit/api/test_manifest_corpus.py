"""The corpus before the models alone; `tests/contract` puts it before the real API server too."""

import pytest

from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from tests.support.manifests import samples

GOOD, BAD = samples("good"), samples("bad")


@pytest.mark.parametrize("name", GOOD)
def test_a_good_manifest_is_accepted(name: str) -> None:
    """A manifest that the API server accepts is one to the models."""
    assert isinstance(parse_manifest(GOOD[name].manifest), OAuthConnectorSpec)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_is_refused_with_its_sentence(name: str) -> None:
    """A manifest that the API server refuses is refused by the models, which name the field and the cure."""
    problems = parse_manifest(BAD[name].manifest)
    assert isinstance(problems, tuple)
    assert BAD[name].complaint_of_models in "\n".join(f"{problem.path} {problem.message}" for problem in problems)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_breaks_one_rule(name: str) -> None:
    """A sample shows one mistake, so that the sentence it asks for is the one about that mistake."""
    problems = parse_manifest(BAD[name].manifest)
    assert isinstance(problems, tuple)
    assert len(problems) == 1
