"""Access to OAuthConsents: read one, write its response. The consent server sends no other API requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from oauth_connector.api.names import CONSENT_FIELD_MANAGER, READY
from oauth_connector.api.schema.times import parse_time
from oauth_connector.api.v1alpha1.conditions import find_json_condition
from oauth_connector.api.v1alpha1.consent import OAuthConsentSpec, Push
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.consent_protocol.addresses import connect_path
from oauth_connector.consent_server.object_key import ObjectKey
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import CONFLICT, FORBIDDEN, INVALID, NOT_FOUND, KubeError
from oauth_connector.kube.paths import consent_path

log = structlog.get_logger(__name__)


class APIUnavailable(Exception):  # noqa: N818  # it names the state, not a fault of the program
    """The API server does not respond, or responds with a temporary error."""


class ConsentModified(Exception):  # noqa: N818  # it names the state, not a fault of the program
    """The consent was changed or deleted after it was read."""


@dataclass(frozen=True, slots=True)
class ReadyCondition:
    """The condition `Ready`. Its reason may be one of a newer operator."""

    status: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A consent as it was read from the API server."""

    name: ObjectKey
    uid: str
    version: str
    created: datetime
    spec: OAuthConsentSpec
    request: ConsentRequest | None
    response: str | None
    ready: ReadyCondition | None
    push: Push | None = None

    @property
    def deadline(self) -> datetime:
        """The time until which the user may consent."""
        own = self.created + timedelta(seconds=LIFETIME)
        return min(own, self.request.expiration_time) if self.request else own

    @property
    def page(self) -> str:
        """The path of its page."""
        return connect_path(self.name.namespace, self.name.name)


class ConsentStore(Protocol):
    """The API requests that pages need."""

    async def read(self, name: ObjectKey) -> ConsentView | None:
        """Read a consent; return nothing if it does not exist, is terminating or may not be read.

        Raises `APIUnavailable`.
        """

    async def write_response(self, consent: ConsentView, sealed: str) -> None:
        """Write the response if the consent is unchanged since it was read.

        Raises `ConsentModified`, `APIUnavailable`.
        """

    async def write_question(self, consent: ConsentView, sealed: str) -> None:
        """Write a question for a pushed request, in the place of the last one, as `write_response` does."""


class KubeConsentStore:
    """A `ConsentStore` that sends requests to the API server."""

    def __init__(self, api: KubeAPI) -> None:
        self._api = api

    async def read(self, name: ObjectKey) -> ConsentView | None:
        """See `ConsentStore`."""
        try:
            manifest = await self._api.find(consent_path(name.namespace, name.name))
        except KubeError as error:
            if error.status == FORBIDDEN:
                log.warning(
                    "not allowed to read OAuthConsents: compare its roles with those of the chart",
                    consent=str(name),
                )
                return None
            raise _log_unavailable(error) from None
        if manifest is None or "deletionTimestamp" in manifest["metadata"]:
            return None
        return parse_consent(manifest)

    async def write_response(self, consent: ConsentView, sealed: str) -> None:
        """See `ConsentStore`."""
        await self._write_status(consent, {"response": sealed})

    async def write_question(self, consent: ConsentView, sealed: str) -> None:
        """See `ConsentStore`."""
        await self._write_status(consent, {"push": {"request": sealed, "response": None}})

    async def _write_status(self, consent: ConsentView, status: Mapping[str, object]) -> None:
        guard = {"uid": consent.uid, "resourceVersion": consent.version}
        body = {"metadata": guard, "status": status}
        try:
            path = f"{consent_path(consent.name.namespace, consent.name.name)}/status"
            await self._api.merge_patch(path, body, CONSENT_FIELD_MANAGER)
        except KubeError as error:
            if error.status in (NOT_FOUND, CONFLICT, INVALID):
                raise ConsentModified from None
            raise _log_unavailable(error) from None


def parse_consent(manifest: Mapping[str, Any]) -> ConsentView:
    """Parse the fields of an OAuthConsent that pages need. Unknown fields of a newer operator are ignored."""
    metadata, status = manifest["metadata"], manifest.get("status") or {}
    request = status.get("request")
    return ConsentView(
        name=ObjectKey(metadata["namespace"], metadata["name"]),
        uid=metadata["uid"],
        version=metadata["resourceVersion"],
        created=parse_time(metadata["creationTimestamp"]),
        spec=OAuthConsentSpec.model_validate(manifest["spec"], extra="ignore"),
        request=ConsentRequest.model_validate(request, extra="ignore") if request else None,
        response=status.get("response"),
        ready=_parse_ready(status),
        push=Push.model_validate(push, extra="ignore") if (push := status.get("push")) else None,
    )


def _parse_ready(status: Mapping[str, Any]) -> ReadyCondition | None:
    found = find_json_condition(status, READY)
    return ReadyCondition(found["status"], found["reason"], found["message"]) if found else None


def _log_unavailable(error: KubeError) -> APIUnavailable:
    log.warning("Kubernetes API unavailable", cause=str(error))
    return APIUnavailable(str(error))
