"""A change of the type of an output Secret: the API server lets no client change it, so another object is created."""

from oauth_connector.connector.observation import Connector
from oauth_connector.connector.secret.metadata import recorded_keys
from oauth_connector.connector.secret.rendering import RenderedSecret
from oauth_connector.controller.ports import LiveSecret


def needs_another_object(live: LiveSecret, rendered: RenderedSecret) -> bool:
    """Return whether a Secret must be deleted and created again: all of its keys are those of the operator."""
    return live.type != rendered.type and not _has_other_keys(live)


def find_type_conflict(live: LiveSecret, connector: Connector, rendered: RenderedSecret) -> str | None:
    """Return why a Secret of another type cannot be written; `None` where it can.

    One with keys of other clients is never deleted. Without `output.type`, an adopted Secret keeps its own type.
    """
    is_chosen = connector.spec.output is not None and connector.spec.output.type is not None
    if live.type == rendered.type or not _has_other_keys(live) or not is_chosen:
        return None
    return "it has another type, which cannot change, and keys of other clients; delete it, or set another secretName"


def _has_other_keys(live: LiveSecret) -> bool:
    return not set(recorded_keys(live.metadata.fields).values()).issuperset(live.data)
