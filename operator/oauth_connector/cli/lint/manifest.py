"""What lint knows of a manifest, and of a valid connector."""

from dataclasses import dataclass
from pathlib import Path

from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.cli.lint.documents import Document
from oauth_connector.cli.lint.findings import Finding, LintRule


@dataclass(frozen=True, slots=True)
class LintedManifest:
    """A manifest with a kind and a name."""

    document: Document
    kind: str
    namespace: str
    name: str

    @property
    def folder(self) -> str:
        """Return the folder of the file."""
        return str(Path(self.document.file).parent)

    @property
    def subject(self) -> str:
        """Return `kind namespace/name`; the namespace only where the manifest has one."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    def report(self, rule: LintRule, path: str, message: str) -> Finding:
        """Return a finding about a field."""
        position = self.document.find_position(path)
        return Finding(self.document.file, position, rule, message, self.subject, path)


@dataclass(frozen=True, slots=True)
class ValidConnector:
    """A connector whose manifest is valid."""

    manifest: LintedManifest
    spec: OAuthConnectorSpec

    @property
    def output(self) -> tuple[str, str, str]:
        """Return folder, namespace and name of the output Secret."""
        return self.manifest.folder, self.manifest.namespace, self.spec.output_secret_name(self.manifest.name)

    @property
    def place(self) -> tuple[str, str, str]:
        """Return folder, namespace and name of the connector."""
        return self.manifest.folder, self.manifest.namespace, self.manifest.name
