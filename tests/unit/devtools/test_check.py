"""The checks of `make check` run programs."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from devtools.check import CHECKS

MODULES = [command[2] for command in CHECKS.values() if command[1] == "-m"]


@pytest.mark.parametrize("module", MODULES)
def test_a_check_runs_a_module_that_is_a_program(module: str) -> None:
    """A module without a main part would succeed without a check."""
    spec = find_spec(module)
    assert spec is not None
    if spec.submodule_search_locations:
        assert find_spec(f"{module}.__main__") is not None
    else:
        assert spec.origin is not None
        assert '__name__ == "__main__"' in Path(spec.origin).read_text(encoding="utf-8")
