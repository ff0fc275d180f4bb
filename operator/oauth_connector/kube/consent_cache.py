"""OAuthConsents as the API server gives them: read into values, kept by the connector that each is for."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError

from oauth_connector.api.v1alpha1.consent import OAuthConsentSpec, OAuthConsentStatus
from oauth_connector.connector.consent.evaluation import Consent
from oauth_connector.connector.observation import Key
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.paths import ALL_CONSENTS

EVERY = 600.0
"""Seconds between two lists, which find what the watch has missed."""

PAUSE = 10.0
"""Seconds until a list that failed is tried again: the definition may not be there yet."""

log = structlog.get_logger(__name__)


def read(manifest: Mapping[str, Any]) -> Consent | None:
    """Trim an OAuthConsent to what is needed; nothing where it is going, or makes no sense to this version."""
    metadata = manifest["metadata"]
    try:
        spec = OAuthConsentSpec.model_validate(manifest.get("spec") or {}, by_alias=True, by_name=False, extra="ignore")
        status = OAuthConsentStatus.read(manifest.get("status") or {})
    except ValidationError:
        return None
    if "deletionTimestamp" in metadata:
        return None
    made = Consent(
        key=Key(metadata["namespace"], metadata["name"]),
        uid=metadata["uid"],
        resource_version=metadata["resourceVersion"],
        generation=metadata.get("generation", 1),
        created=int(datetime.fromisoformat(metadata["creationTimestamp"]).timestamp()),
        spec=spec,
        status=status,
    )
    return replace(made, status=_short(status)) if made.concluded else made


def _short(status: OAuthConsentStatus) -> OAuthConsentStatus:
    """Leave out what nobody needs of a consent that has ended: each could hold a hundred kilobytes for an hour."""
    return status.model_copy(update={"request": None, "response": None})


class ConsentCache:
    """The consents that the watch has shown, newest version each; tells which connector each that changed is for."""

    def __init__(self, on_change: Callable[[Key], None]) -> None:
        self._consents: dict[Key, Consent] = {}
        self._for: defaultdict[Key, set[Key]] = defaultdict(set)
        self._on_change = on_change

    def __iter__(self) -> Iterator[Consent]:
        return iter(tuple(self._consents.values()))

    def of(self, connector: Key) -> tuple[Consent, ...]:
        """Give the consents that are for a connector."""
        return tuple(self._consents[key] for key in sorted(self._for.get(connector, ())))

    def see(self, manifest: Mapping[str, Any]) -> None:
        """Take in a consent that a list or the watch shows."""
        consent = read(manifest)
        if consent is None:
            self.gone(Key(manifest["metadata"]["namespace"], manifest["metadata"]["name"]))
        elif self.put(consent):
            self._on_change(consent.connector)

    def put(self, consent: Consent) -> bool:
        """Keep a consent unless a newer version of it is known; tell whether it was kept."""
        known = self._consents.get(consent.key)
        if known is not None and int(known.resource_version) >= int(consent.resource_version):
            return False
        self._consents[consent.key] = consent
        self._for[consent.connector].add(consent.key)
        return True

    def gone(self, key: Key) -> None:
        """Take out a consent that is gone."""
        known = self._consents.pop(key, None)
        if known is None:
            return
        keys = self._for[known.connector]
        keys.discard(key)
        if not keys:
            del self._for[known.connector]
        self._on_change(known.connector)


class ConsentLister:
    """Lists consents at the start and from time to time; `on_found` is called when the first list comes late.

    kopf never finds a kind that was not there when it began to watch, and the operator must not wait for this one: its
    tokens are refreshed whether or not anybody can consent.
    """

    def __init__(self, api: KubeAPI, cache: ConsentCache, on_found: Callable[[], None]) -> None:
        self._api = api
        self._cache = cache
        self._on_found = on_found

    async def run(self) -> None:
        """List again and again until cancelled."""
        failed = False
        while True:
            try:
                await self._list()
            except KubeError as error:
                if not failed:
                    log.warning("consents cannot be listed", status=error.status, reason=error.reason)
                failed = True
                await asyncio.sleep(max(error.retry_after or 0.0, PAUSE))
                continue
            if failed:
                self._on_found()
            failed = False
            await asyncio.sleep(EVERY)

    async def _list(self) -> None:
        seen: set[Key] = set()
        version = 0
        async for page in self._api.pages(ALL_CONSENTS):
            version = version or int(page["metadata"]["resourceVersion"])
            for manifest in page.get("items") or ():
                seen.add(Key(manifest["metadata"]["namespace"], manifest["metadata"]["name"]))
                self._cache.see(manifest)
        for consent in self._cache:
            if consent.key not in seen and int(consent.resource_version) <= version:
                self._cache.gone(consent.key)
