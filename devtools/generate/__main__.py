"""`python -m devtools.generate [--check]`: write the generated files, or name those that are stale."""

import sys

from devtools.generate.generated_files import main

sys.exit(main(sys.argv[1:]))
