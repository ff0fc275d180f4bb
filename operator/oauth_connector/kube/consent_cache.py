"""OAuthConsents as the API server returns them: parsed into values, cached by the connector that each is for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from oauth_connector.api.schema.times import parse_time
from oauth_connector.api.v1alpha1.consent import OAuthConsentSpec, OAuthConsentStatus
from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.observation import Key
from oauth_connector.kube.listing import Listing, key_of_manifest
from oauth_connector.kube.object_cache import ObjectCache


def parse_consent(manifest: Mapping[str, Any]) -> Consent | None:
    """Parse what is needed of an OAuthConsent; `None` when it is terminating, or not valid to this version."""
    metadata = manifest["metadata"]
    try:
        spec = OAuthConsentSpec.model_validate(manifest.get("spec") or {}, by_alias=True, by_name=False, extra="ignore")
        status = OAuthConsentStatus.read(manifest.get("status") or {})
    except ValidationError:
        return None
    if "deletionTimestamp" in metadata:
        return None
    consent = Consent(
        key=key_of_manifest(manifest),
        uid=metadata["uid"],
        resource_version=metadata["resourceVersion"],
        generation=metadata.get("generation", 1),
        created=int(parse_time(metadata["creationTimestamp"]).timestamp()),
        spec=spec,
        status=status,
    )
    return replace(consent, status=_shorten(status)) if consent.is_final else consent


def _shorten(status: OAuthConsentStatus) -> OAuthConsentStatus:
    """Return the status of a final consent without what its flow needed, which could occupy 100 KB for an hour."""
    return status.model_copy(update={"request": None, "response": None, "push": None})


class ConsentCache(ObjectCache[Consent]):
    """The consents that lists and the watch have returned; `on_change` is called with the connector of each change.

    Pending and concluded ones are kept apart, each oldest first: thousands of concluded ones delay no pending one.
    """

    def __init__(self, on_change: Callable[[Key], None]) -> None:
        super().__init__(
            lambda consent: consent.key,
            lambda consent: (consent.connector, consent.is_final),
            lambda consent: consent.created,
        )
        self._on_change = on_change

    def list_pending(self, connector: Key) -> tuple[Consent, ...]:
        """Return the consents for a connector that have neither succeeded nor failed, oldest first."""
        return self.group((connector, False))

    def list_concluded(self, connector: Key, limit: int) -> tuple[Consent, ...]:
        """Return the oldest consents for a connector that succeeded or failed."""
        return self.group((connector, True), limit)

    def update(self, manifest: Mapping[str, Any]) -> None:
        """Cache a consent from a list or the watch."""
        consent = parse_consent(manifest)
        if consent is None:
            self.remove_manifest(manifest)
        elif self.put(consent):
            self._on_change(consent.connector)

    def remove_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Remove a consent that is deleted, terminating or not valid."""
        metadata = manifest["metadata"]
        removed = self.remove_version(key_of_manifest(manifest), metadata["uid"], metadata["resourceVersion"])
        if removed is not None:
            self._on_change(removed.connector)

    def remove_deleted(self, consent: Consent) -> None:
        """Remove a consent that the operator has deleted."""
        if self.remove(consent):
            self._on_change(consent.connector)

    def leave_namespace(self, namespace: str) -> None:
        """Drop the consents of a namespace that can no longer be read."""
        for consent in self.drop_namespace(namespace):
            self._on_change(consent.connector)

    def retain(self, listing: Listing) -> None:
        """Remove what a full list does not contain."""
        for consent in self.retain_listed(frozenset(listing.uids.values()), listing.version, listing.namespace):
            self._on_change(consent.connector)
