"""Parts of handwritten files that are generated: the lines between two marks."""

END = "# End of the generated part.\n"


def begin_mark(source: str) -> str:
    """Return the line that begins a part; `source` says in words what it is generated from."""
    return f"# Generated from {source} by `make generate`. Do not edit.\n"


def replace_marked_part(text: str, begin: str, new: str) -> str:
    """Replace the lines between the mark `begin` and the next end. Raises `ValueError` if there are no such marks."""
    head, found, rest = text.partition(begin)
    old, end, tail = rest.partition(END)
    if not found or not end:
        raise ValueError(f"the file must contain the lines {begin.strip()!r} and {END.strip()!r}")
    indent = old.rpartition("\n")[2]
    return f"{head}{begin}{new}{indent}{end}{tail}"
