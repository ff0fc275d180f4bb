"""A refused request of credentials that a user typed: it is known again after a restart, and never sent again."""

from dataclasses import dataclass

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy


@dataclass(frozen=True, slots=True)
class UnrepeatableRequest:
    """A salted fingerprint of the whole request, and what its refusal caused; `salt` is hexadecimal."""

    salt: str
    fingerprint: str
    reason: Reason
    remedy: Remedy

    @property
    def problem(self) -> Problem:
        """Return the problem that the request caused, and would cause again."""
        return Problem(self.reason, self.remedy, repeatable=False)

    def to_members(self) -> list[str]:
        """Return the members that the state Secret stores."""
        return [self.salt, self.fingerprint, self.reason.value, self.remedy.value]


def read_unrepeatable(members: list[str]) -> UnrepeatableRequest | None:
    """Read a stored record; `None` where it is invalid, so that a reason of a newer release costs no grant."""
    try:
        salt, fingerprint, reason, remedy = members
        return UnrepeatableRequest(bytes.fromhex(salt).hex(), str(fingerprint), Reason(reason), Remedy(remedy))
    except (TypeError, ValueError):
        return None
