"""Objects that raise when they are read: they stand for a bug that one object shows."""

from dataclasses import replace
from typing import Any, cast

from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.observation import Connector, Key
from tests.support.builders import a_connector


class RaisingManifest(dict[str, Any]):
    """The manifest of an object. Its metadata can be read, and every other member raises."""

    def get(self, key: str, default: Any = None) -> Any:  # as in `dict`
        """Return the metadata, or raise."""
        if key != "metadata":
            raise ZeroDivisionError
        return super().get(key, default)


class RaisingStatus:
    """A status of which every field raises."""

    def __getattr__(self, name: str) -> object:
        raise ZeroDivisionError


def a_raising_connector(key: Key) -> Connector:
    """Return a connector whose status raises."""
    return replace(a_connector(key=key), status=cast("OAuthConnectorStatus", RaisingStatus()))
