"""The corpus before the real API server: it and the models must agree, and its sentences must help."""

import pytest

from tests.support.dry_run import DryRun
from tests.support.manifests import samples

GOOD, BAD = samples("good"), samples("bad")


def without_nulls(value: object) -> object:
    """Leave out members that are `null`, which the API server does not keep."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return value


@pytest.mark.parametrize("name", GOOD)
def test_a_good_manifest_is_kept_as_it_was_written(name: str, api_server: DryRun) -> None:
    """It is accepted, and nothing is added to its spec or rewritten in it: no GitOps tool sees a difference."""
    verdict = api_server.judge(GOOD[name].text)
    assert verdict.message == ""
    assert verdict.stored["spec"] == without_nulls(GOOD[name].manifest["spec"])


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_is_refused_with_a_sentence_that_helps(name: str, api_server: DryRun) -> None:
    """It is refused, with the sentence that stands in its first line."""
    verdict = api_server.judge(BAD[name].text)
    assert verdict.stored == {}
    assert BAD[name].complaint in verdict.message
