"""The state of a connector for users and programs, read from the object.

Reasons are plain text, so that an older plugin can show those of a newer operator.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from oauth_connector.api.names import CONSENT_REQUIRED, READY, REFRESH_FAILED, REFRESH_LATE
from oauth_connector.api.v1alpha1.conditions import find_json_condition
from oauth_connector.kubectl_plugin import time_format
from oauth_connector.oauth.grants.grant import Renewal
from oauth_connector.oauth.grants.registry import GRANTS
from oauth_connector.telemetry.terminal_text import strip_control_characters

POLLED_GRANTS = frozenset(name.value for name, grant in GRANTS.items() if grant.is_polled)
"""The grant types without a redirect (RFC 8628)."""

CONSENT_GRANTS = frozenset(name.value for name, grant in GRANTS.items() if grant.needs_consent())
"""The values of `spec.grantType` that need a consent."""

_RENEWALS = {name.value: grant.renewal for name, grant in GRANTS.items()}


@dataclass(frozen=True, slots=True)
class ConditionView:
    """A condition of any kind."""

    status: str = "Unknown"
    reason: str = ""
    message: str = ""
    generation: int = 0


def condition(manifest: Mapping[str, Any], kind: str) -> ConditionView | None:
    """Return the condition of a type."""
    found = find_json_condition(manifest.get("status"), kind)
    if found is None:
        return None
    status, reason, message = (
        strip_control_characters(found.get(name) or "") for name in ("status", "reason", "message")
    )
    return ConditionView(status, reason, message, int(found.get("observedGeneration") or 0))


@dataclass(frozen=True, slots=True)
class ConnectorView:
    """One connector."""

    manifest: Mapping[str, Any] = field(repr=False)

    @property
    def namespace(self) -> str:
        """The namespace."""
        return str(self.manifest["metadata"].get("namespace", ""))

    @property
    def name(self) -> str:
        """The name."""
        return str(self.manifest["metadata"]["name"])

    @property
    def grant(self) -> str:
        """The grant type."""
        return strip_control_characters(self.spec.get("grantType", ""))

    @property
    def needs_consent(self) -> bool:
        """Return whether a user must authorize the client in a browser."""
        return self.grant in CONSENT_GRANTS

    @property
    def is_polled(self) -> bool:
        """Return whether the user enters a code at the provider, without a redirect."""
        return self.grant in POLLED_GRANTS

    @property
    def renewal(self) -> Renewal | None:
        """Return how the grant is obtained again after it was revoked; nothing for an unknown grant type."""
        return _RENEWALS.get(self.grant)

    @property
    def spec(self) -> Mapping[str, Any]:
        """The spec."""
        return self.manifest.get("spec") or {}

    @property
    def status(self) -> Mapping[str, Any]:
        """The status."""
        return self.manifest.get("status") or {}

    @property
    def ready(self) -> ConditionView:
        """The condition `Ready`."""
        unseen = ConditionView(reason="Unseen", message="The operator has not reconciled it yet. Check that it runs.")
        return condition(self.manifest, READY) or unseen

    @property
    def is_ready(self) -> bool:
        """Return whether there is a valid token."""
        return self.ready.status == "True"

    @property
    def secret(self) -> str | None:
        """The name of the output Secret."""
        return self.text("secretRef", "name")

    def time(self, *path: str) -> datetime | None:
        """Return a time of status."""
        return time_format.read_time(self._value(path))

    def text(self, *path: str) -> str | None:
        """Return a string or number of status."""
        value = self._value(path)
        return strip_control_characters(value) if isinstance(value, (str, int)) and value != "" else None

    def condition(self, kind: str) -> ConditionView | None:
        """Return a condition that is present only while it is true."""
        return condition(self.manifest, kind)

    def facts(self) -> dict[str, Any]:
        """Return the state as JSON for programs."""
        return {
            "namespace": self.namespace,
            "name": self.name,
            "grantType": self.grant,
            "suspended": bool(self.spec.get("suspend")),
            "ready": self.is_ready,
            "reason": self.ready.reason,
            "message": self.ready.message,
            **dict(self._optional_facts()),
        }

    def _optional_facts(self) -> Iterator[tuple[str, Any]]:
        for name, kind in _OPTIONAL_CONDITIONS.items():
            found = self.condition(kind)
            if found is not None and found.status == "True":
                yield name, {"reason": found.reason, "message": found.message}
        yield from ((name, value) for name, value in self.status.items() if name in _STATUS_FIELDS)

    def _value(self, path: tuple[str, ...]) -> object:
        value: object = self.status
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value


_OPTIONAL_CONDITIONS = {
    "refreshFailed": REFRESH_FAILED,
    "consentRequired": CONSENT_REQUIRED,
    "refreshLate": REFRESH_LATE,
}

_STATUS_FIELDS = frozenset(
    {
        "secretRef",
        "grantedScopes",
        "tokenType",
        "issueTime",
        "expirationTime",
        "lifetimeSource",
        "lastRefreshTime",
        "nextRefreshTime",
        "refreshTokenExpirationTime",
        "failedAttempts",
        "lastFailureTime",
        "lastError",
        "lastHandledRefresh",
        "lastHandledRevoke",
        "lastRevocation",
        "consentURL",
        "redirectURI",
        "consent",
    }
)
