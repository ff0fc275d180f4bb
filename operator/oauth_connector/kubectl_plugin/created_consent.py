"""An OAuthConsent that this command created, and waiting for its status, by the clock of the API server."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import ValidationError

from oauth_connector.api.names import CLI_FIELD_MANAGER, CONSENTS, READY
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.kube.errors import INVALID, NOT_FOUND, RETRYABLE, KubeError
from oauth_connector.kube.paths import consent_path
from oauth_connector.kubectl_plugin import time_format
from oauth_connector.kubectl_plugin.connector_view import ConditionView, condition
from oauth_connector.kubectl_plugin.context import KubeObject, PluginContext
from oauth_connector.kubectl_plugin.errors import APIOperation, CommandFailed, explain_api_error

T = TypeVar("T")
PACE = 0.5
"""Seconds between two reads."""

FILL_TIMEOUT = 60
"""Seconds within which a running operator writes the request."""

RESULT_TIMEOUT = 120
"""Seconds to wait after the expiration of a consent whose response arrived in time."""

RUN_AGAIN = "Run the command again."


@dataclass(slots=True)
class CreatedConsent:
    """One OAuthConsent. `until` is its expiration, by the clock of the API server."""

    context: PluginContext
    name: str
    uid: str
    created: datetime
    until: datetime
    is_final: bool = False
    """Whether the status of the condition `Ready` is final."""
    _began: float = field(default_factory=time.monotonic)

    @property
    def now(self) -> datetime:
        """The time of the API server: the last one that it reported, plus the time since then."""
        elapsed = timedelta(seconds=time.monotonic() - self._began)
        return max(self.context.now, self.created + elapsed)

    async def wait_for_request(self) -> ConsentRequest:
        """Wait for the authorization request. Raises `CommandFailed`."""
        late = (
            f"The operator did not process OAuthConsent {self.name}. Check that it runs and that its release supports"
            " OAuthConsents."
        )
        limit = min(self.until, self.created + timedelta(seconds=FILL_TIMEOUT))
        found = await self.wait("waiting for the operator", _parse_request, limit=limit, late=late)
        self.until = min(self.until, found.expiration_time)
        return found

    async def wait(
        self, what: str, found: Callable[[KubeObject], T | None], limit: datetime | None = None, late: str = ""
    ) -> T:
        """Read the consent until `found` returns a result; show the progress if `what` is not empty.

        Raises `CommandFailed` if the consent failed, expired or was deleted.
        """
        limit = limit or self.until
        while True:
            manifest = await self._read()
            self._raise_if_failed(manifest)
            result = found(manifest) if manifest is not None else None
            if result is not None:
                return result
            if self.now >= limit:
                raise CommandFailed(late or f"The consent has expired. {RUN_AGAIN}")
            if what:
                self.context.terminal.progress(what, time_format.format_duration((limit - self.now).total_seconds()))
            await asyncio.sleep(PACE)

    def _raise_if_failed(self, manifest: KubeObject | None) -> None:
        ready = condition(manifest, READY) if manifest is not None else None
        self.is_final = ready is not None and ready.status in ("True", "False")
        if ready is not None and ready.status == "False":
            raise CommandFailed(describe_condition(ready))

    async def wait_for_result(self, found: Callable[[KubeObject], T | None]) -> T:
        """Wait for the result of a response that was in time. Raises `CommandFailed`."""
        late = f"The operator did not report a result. Check `kubectl describe oauthconsent {self.name}` later."
        limit = max(self.until, self.now) + timedelta(seconds=RESULT_TIMEOUT)
        return await self.wait("waiting for the operator to request the token", found, limit, late)

    async def _read(self) -> KubeObject | None:
        """Read the consent; return nothing during a temporary error of the API server."""
        try:
            return await self.context.api.get(consent_path(self.context.namespace, self.name))
        except KubeError as error:
            if error.status in RETRYABLE:
                return None
            if error.status == NOT_FOUND:
                raise CommandFailed(f"OAuthConsent {self.name} was deleted. {RUN_AGAIN}") from None
            raise explain_api_error(error, APIOperation("get", CONSENTS, self.context.namespace, self.name)) from None

    async def patch(self, body: KubeObject, subresource: str = "") -> int:
        """Patch the consent and return its new generation. Raises `CommandFailed`.

        The request is retried during temporary errors of the API server, so that the consent is not lost. It is
        idempotent.
        """
        path = consent_path(self.context.namespace, self.name) + subresource
        while True:
            try:
                changed = await self.context.api.merge_patch(path, body, CLI_FIELD_MANAGER)
                return int(changed["metadata"].get("generation") or 0)
            except KubeError as error:
                if error.status not in RETRYABLE or self.now >= self.until:
                    raise self._explain_patch_error(error, subresource) from None
            await asyncio.sleep(PACE)

    def _explain_patch_error(self, error: KubeError, subresource: str) -> CommandFailed:
        if error.status == INVALID and subresource:
            return CommandFailed(f"OAuthConsent {self.name} already has a response from another client. {RUN_AGAIN}")
        return explain_api_error(
            error, APIOperation("patch", CONSENTS + subresource, self.context.namespace, self.name)
        )

    async def delete(self) -> None:
        """Delete the consent if it exists."""
        body = {"preconditions": {"uid": self.uid}}
        with suppress(KubeError):
            await self.context.api.request("DELETE", consent_path(self.context.namespace, self.name), body=body)


@asynccontextmanager
async def create_consent(context: PluginContext, body: KubeObject, seconds: int) -> AsyncIterator[CreatedConsent]:
    """Create an OAuthConsent; delete it if the context ends before a final result, for example by Ctrl-C."""
    metadata = (await context.create_consent(body))["metadata"]
    created = time_format.read_time(metadata["creationTimestamp"]) or context.now
    until = created + timedelta(seconds=min(seconds, LIFETIME))
    consent = CreatedConsent(context, metadata["name"], metadata["uid"], created, until)
    try:
        yield consent
    finally:
        if not consent.is_final:
            await consent.delete()


def _parse_request(manifest: KubeObject) -> ConsentRequest | None:
    request = (manifest.get("status") or {}).get("request")
    if request is None:
        return None
    known = {name: value for name, value in request.items() if name in ConsentRequest.field_names()}
    try:
        return ConsentRequest.model_validate(known, by_alias=True, by_name=False)
    except ValidationError:
        raise CommandFailed(
            "The authorization request of the operator is not supported. Update kubectl oauth to the release of"
            " the operator."
        ) from None


def describe_condition(ready: ConditionView) -> str:
    """Return reason and message of a condition."""
    return f"{ready.reason}: {ready.message}" if ready.message else f"{ready.reason}. {RUN_AGAIN}"


async def wait_for_either(first: Awaitable[T], second: Awaitable[object]) -> T | None:
    """Wait until one of two awaitables ends, and cancel the other. Return the result of the first, or nothing.

    Raises the exception of the one that ended.
    """
    wanted, other = asyncio.ensure_future(first), asyncio.ensure_future(second)
    try:
        await asyncio.wait((wanted, other), return_when=asyncio.FIRST_COMPLETED)
        if wanted.done():
            return wanted.result()
        other.result()
        return None
    finally:
        wanted.cancel()
        other.cancel()
        await asyncio.gather(wanted, other, return_exceptions=True)
