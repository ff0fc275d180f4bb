"""Numbers in a spec, as the API server reads them."""

from pydantic import BeforeValidator


def _read_whole(value: object) -> object:
    """Return the integer that a number such as 33.0 is: the API server accepts it for type `integer`."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE_NUMBER = BeforeValidator(_read_whole)
"""For a strict integer: a text, a truth value and a fraction are refused."""
