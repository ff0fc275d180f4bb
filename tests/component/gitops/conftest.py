"""Fixtures: the code of kstatus, Flux and Argo CD."""

import pytest


@pytest.fixture(autouse=True)
def _needs_gitops_judge(gitops_judge: None) -> None:
    """Build the program before the first test."""
