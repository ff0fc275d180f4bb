"""Which Secrets a connector owns. A Secret that it does not own is never changed."""

from collections.abc import Iterable
from dataclasses import replace

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.observation import Connector, ConnectorObject
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy

CLOCK_TOLERANCE = 10
"""Seconds after the request of a token in which its Secrets are created, by the clock of the API server."""


def is_owned(secret: SecretMetadata, connector: ConnectorObject) -> bool:
    """Return whether this connector may write the Secret.

    An owned Secret has the operator's label and names this connector. It may contain the UID of a deleted connector of
    the same name. The label alone may have been removed: then the recorded UID and the operator's field manager on the
    data show that the operator wrote it.
    """
    if secret.connector != connector.key.name:
        return secret.adopt == connector.key.name
    return secret.managed or (secret.connector_uid == connector.uid and secret.has_owned_data)


def has_lost_owner(secret: SecretMetadata, connector: Connector) -> bool:
    """Return whether the Secret must be written for its owner: a backup restores it without, or with a former UID.

    With `deletionPolicy: Retain` it must have no owner.
    """
    wanted = None if connector.spec.is_secret_retained else connector.uid
    return secret.connector_uid != connector.uid or secret.owner_uid != wanted


def ownership_conflict(secret: SecretMetadata, connector: ConnectorObject) -> Problem | None:
    """Return why a Secret may not be written; `None` where it may."""
    facts = {"secret": secret.name, "connector": connector.key.name}
    if not is_owned(secret, connector):
        return Problem(Reason.SECRET_CONFLICT, Remedy.FIX_SPEC, {**facts, "holder": secret.connector or ""})
    if secret.immutable:
        return Problem(Reason.SECRET_WRITE_REJECTED, Remedy.FIX_SPEC, {**facts, "cause": "it is immutable"})
    return None


def find_recorded(secrets: Iterable[SecretMetadata], connector: ConnectorObject) -> SecretMetadata | None:
    """Return the Secret with a token that status names: a user may have created others with the same UID."""
    recorded = connector.status.secret_ref
    return find_published((s for s in secrets if recorded is not None and s.name == recorded.name), connector)


def is_recorded(secret: SecretMetadata, connector: ConnectorObject) -> bool:
    """Return whether status shows that the operator wrote an output Secret: by its name, and by its age."""
    recorded = connector.status.secret_ref
    return recorded is not None and recorded.name == secret.name and is_as_old_as_token(secret, connector)


def is_as_old_as_token(secret: SecretMetadata, connector: ConnectorObject) -> bool:
    """Return whether a Secret existed when the token was published that status describes.

    One that was created later may have been planted while that of the operator was absent. No user can choose the
    time of creation.
    """
    issued = connector.status.issue_time
    if connector.status.secret_ref is None or issued is None or secret.created is None:
        return False
    return secret.created <= issued.timestamp() + CLOCK_TOLERANCE


def find_reported(secrets: Iterable[SecretMetadata], connector: ConnectorObject) -> SecretMetadata | None:
    """Return the Secret that status names, where its content is not verified: a newer one changes no time in status."""
    found, status = find_recorded(secrets, connector), connector.status
    if found is None or is_recorded(found, connector):
        return found
    issued, expires = status.issue_time, status.expiration_time
    return replace(
        found,
        issued_at=int(issued.timestamp()) if issued is not None else None,
        expires_at=int(expires.timestamp()) if expires is not None else None,
        lifetime_source=status.lifetime_source,
    )


def find_published(secrets: Iterable[SecretMetadata], connector: ConnectorObject) -> SecretMetadata | None:
    """Return the first owned Secret that contains a token as the operator wrote it."""
    return next((secret for secret in secrets if is_published(secret, connector)), None)


def is_published(secret: SecretMetadata, connector: ConnectorObject) -> bool:
    """Return whether a Secret is owned and contains a token as the operator wrote it."""
    return secret.intact and secret.issued_at is not None and is_owned(secret, connector)
