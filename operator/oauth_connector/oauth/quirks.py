"""How the responses of a provider differ from RFC 6749: data, so that no code is written for one provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_PAUSES = {"access denied": 600.0}


@dataclass(frozen=True, slots=True)
class Places:
    """Where the values of a token response stand: JSON Pointers (RFC 6901), such as `/data/access_token`.

    A value that is not at its place counts where RFC 6749 §5.1 has it. The object that contains the access token takes
    the place of the top level, so that what stands beside the token needs no pointer. An array is a scope with several
    items. `expires_at` is a point in time: seconds or milliseconds since the epoch, or RFC 3339.
    """

    access_token: str | None = None
    refresh_token: str | None = None
    expires_in: str | None = None
    expires_at: str | None = None
    refresh_expires_in: str | None = None
    scope: str | None = None
    token_type: str | None = None


@dataclass(frozen=True, slots=True)
class Quirks:
    """What differs in the responses of a token endpoint; the default is RFC 6749 §5.

    `errors` gives the code of RFC 6749 §5.2 that means what the provider's own code means, in lower case; a number is
    written as text. `error_places` are JSON Pointers to codes beside the usual ones, such as `/errors/0/code`.
    `result` points to a member that states how every request ended, and `success` are its values for a success, as
    text: any other value is an error, with any status. `pauses` are the errors, in lower case and with status 200, that
    mean too many requests, with the seconds to wait. By default it is Zoho's, which counts over ten minutes.

    `places` say where the values stand. `nested` names the member that holds the token where the top level has none and
    several others do. `bearer_types` are further names for bearer tokens, as letters in lower case.
    `milliseconds`: a large `expires_in` counts them, and `expires_in_sec` is read first. `unit` is what `expires_in`
    counts, in seconds: 0.001 for milliseconds, whatever the number is.
    """

    errors: Mapping[str, str] = field(default_factory=dict)
    bearer_types: frozenset[str] = frozenset()
    nested: str | None = None
    milliseconds: bool = False
    unit: float = 1.0
    places: Places = Places()
    error_places: tuple[str, ...] = ()
    result: str | None = None
    success: frozenset[str] = frozenset({"0"})
    pauses: Mapping[str, float] = field(default_factory=lambda: _PAUSES)


STANDARD = Quirks()
