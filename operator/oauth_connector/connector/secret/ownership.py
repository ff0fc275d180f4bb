"""Whose Secret is it? A Secret that is not ours is never touched."""

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy


def is_owned(secret: SecretMetadata, connector: Connector) -> bool:
    """Tell whether this connector may write the Secret.

    Ours carries our label and names this connector. A namesake with another UID is gone, since a name is held by one
    object at a time: what it left is inherited. The label alone may have been removed: then the recorded UID and our
    field manager's hand on the content show that we wrote it.
    """
    if secret.connector != connector.key.name:
        return secret.adopt == connector.key.name
    return secret.managed or (secret.connector_uid == connector.uid and secret.written_by_us)


def ownership_conflict(secret: SecretMetadata, connector: Connector) -> Problem | None:
    """Say why a Secret may not be written, or nothing where it may."""
    facts = {"secret": secret.name, "connector": connector.key.name}
    if not is_owned(secret, connector):
        return Problem(Reason.SECRET_CONFLICT, Remedy.FIX_SPEC, {**facts, "holder": secret.connector or ""})
    if secret.immutable:
        return Problem(Reason.SECRET_WRITE_REJECTED, Remedy.FIX_SPEC, {**facts, "cause": "it is immutable"})
    return None
