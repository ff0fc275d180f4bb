"""The part of a cluster that an install is responsible for: namespaces, and the connectors that a selector selects.

The API server alone judges the selector: it gets it with each list and each watch of connectors. Secrets and consents
do not have the labels of their connector, so those of all connectors are listed. What belongs to a connector outside
the selector is never acted on.
"""

from dataclasses import dataclass

from oauth_connector.api.names import MANAGED
from oauth_connector.kube import paths
from oauth_connector.kube.client import METADATA_LIST
from oauth_connector.kube.listing import Source
from oauth_connector.kube.transport import JSON


@dataclass(frozen=True, slots=True)
class ScopePart:
    """A part that is listed and watched on its own: one namespace, or all of them where `namespace` is empty."""

    namespace: str = ""
    selector: str = ""

    def connectors(self, accept: str = METADATA_LIST) -> Source:
        """Return the list of the selected connectors."""
        return Source(paths.connector_path(self.namespace), self.selector, accept, self.namespace)

    def consents(self) -> Source:
        """Return the list of all consents."""
        return Source(paths.consent_path(self.namespace), accept=JSON, namespace=self.namespace)

    def secrets(self) -> Source:
        """Return the list of the metadata of all Secrets that have the operator's label."""
        return Source(paths.secret_path(self.namespace), f"{MANAGED}=true", namespace=self.namespace)


WHOLE_CLUSTER = ScopePart()


@dataclass(frozen=True, slots=True)
class InstallScope:
    """The settings `namespaces` and `selector`; by default every connector of the cluster."""

    namespaces: tuple[str, ...] = ()
    selector: str = ""

    @property
    def parts(self) -> tuple[ScopePart, ...]:
        """Return the parts: each named namespace, or the whole cluster."""
        return tuple(ScopePart(name, self.selector) for name in self.namespaces or ("",))
