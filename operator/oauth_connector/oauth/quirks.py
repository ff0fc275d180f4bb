"""How a provider's answers differ from RFC 6749: data, so that no code is written for one provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Quirks:
    """What to know before an answer of a token endpoint is read; the default is the standard.

    `errors` gives the code of RFC 6749 §5.2 that means what the provider's own code means, in lower case.
    `bearer_types` are further names for bearer tokens, in lower case. `nested` names the member that holds the token
    where none stands on top. `milliseconds`: a large `expires_in` counts them, and `expires_in_sec` comes first.
    """

    errors: Mapping[str, str] = field(default_factory=dict)
    bearer_types: frozenset[str] = frozenset()
    nested: str | None = None
    milliseconds: bool = False


STANDARD = Quirks()
