"""The progress of a benchmark, a line for each phase on standard error."""

import sys


def say(what: str) -> None:
    """Print a line of progress."""
    print(f"bench: {what}", file=sys.stderr, flush=True)
