"""Which Secrets a connector owns. A Secret that it does not own is never changed."""

from collections.abc import Iterable

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.observation import Connector, ConnectorObject
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy


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


def find_published(secrets: Iterable[SecretMetadata], connector: ConnectorObject) -> SecretMetadata | None:
    """Return the first owned Secret that contains a token as the operator wrote it."""
    return next((s for s in secrets if is_owned(s, connector) and s.intact and s.issued_at is not None), None)
