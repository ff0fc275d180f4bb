"""How the responses of a provider differ from RFC 6749: data, so that no code is written for one provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Quirks:
    """What differs in the responses of a token endpoint; the default is RFC 6749 §5.

    `errors` gives the code of RFC 6749 §5.2 that means what the provider's own code means, in lower case.
    `bearer_types` are further names for bearer tokens, as letters in lower case. `nested` names the member that holds
    the token where the top level has none and several others do. `milliseconds`: a large `expires_in` counts them, and
    `expires_in_sec` is read first.
    """

    errors: Mapping[str, str] = field(default_factory=dict)
    bearer_types: frozenset[str] = frozenset()
    nested: str | None = None
    milliseconds: bool = False


STANDARD = Quirks()
