"""The real API server, as in the component tests."""

from tests.component.conftest import admin, control_plane, namespace

__all__ = ["admin", "control_plane", "namespace"]
