"""`python -m devtools.vocabulary [--count] [path …]`: find words that the project does not use."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Sequence

from devtools.vocabulary.search import Hit, list_files, search_files
from devtools.vocabulary.terms import read_terms

DEPTH = 3  # folders of a path that a count names


def count_by_folder(hits: Iterable[Hit]) -> Iterable[str]:
    """Return a line for each folder with hits, and one for their sum."""
    counts = Counter("/".join(hit.path.split("/")[:-1][:DEPTH]) or "." for hit in hits)
    return [f"{count:6} {folder}" for folder, count in sorted(counts.items())] + [f"{counts.total():6} in all"]


def main(arguments: Sequence[str]) -> int:
    """Print the hits, or their number in each folder; return 1 when there are any."""
    parser = ArgumentParser(prog="python -m devtools.vocabulary", description=__doc__)
    parser.add_argument("--count", action="store_true", help="print the number of words in each folder")
    parser.add_argument("paths", nargs="*", help="files or folders to search (default: all)")
    options = parser.parse_args(arguments)
    hits = list(search_files(list_files(options.paths), read_terms()))
    print(*(count_by_folder(hits) if options.count else hits), sep="\n")
    return bool(hits)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
