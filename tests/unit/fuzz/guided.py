"""Lets the coverage of the code choose the inputs of one fuzz test; `tests.unit.fuzz` starts this program.

python tests/unit/fuzz/guided.py NAME [OPTION OF LIBFUZZER…]
"""

import sys
from importlib import import_module

atheris = import_module("atheris")  # without types

with atheris.instrument_imports(include=["oauth_connector"]):
    from tests.support.fuzzing import TARGETS
    from tests.unit.fuzz.__main__ import import_targets

    import_targets()

atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]].run)
atheris.Fuzz()
