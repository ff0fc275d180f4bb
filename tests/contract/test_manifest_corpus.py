"""Validation of the corpus by the real API server, with the same results and messages as the models."""

import pytest

from tests.support.dry_run import DryRun
from tests.support.manifests import samples

GOOD, BAD = samples("good"), samples("bad")


def without_nulls(value: object) -> object:
    """Return a value without `null` members, which the API server removes."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return value


@pytest.mark.parametrize("name", GOOD)
def test_a_good_manifest_is_stored_unchanged(name: str, api_server: DryRun) -> None:
    """Its spec is accepted without additions or changes, so that a GitOps tool sees no difference."""
    verdict = api_server.submit(GOOD[name].text)
    assert verdict.message == ""
    assert verdict.stored["spec"] == without_nulls(GOOD[name].manifest["spec"])


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_is_rejected_with_its_message(name: str, api_server: DryRun) -> None:
    """It is rejected with the message in its first line."""
    verdict = api_server.submit(BAD[name].text)
    assert verdict.stored == {}
    assert BAD[name].message in verdict.message
