"""Verdicts on valid connectors together: chains of tokens, and labels that the operator's settings must allow."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from oauth_connector.cli.lint.findings import Finding, LintRule
from oauth_connector.cli.lint.manifest import ValidConnector
from oauth_connector.connector.secret.forbidden_labels import find_forbidden_label

_Place = tuple[str, str, str]
"""Folder, namespace and name."""


def find_loops(connectors: Sequence[ValidConnector]) -> Iterator[Finding]:
    """Yield a finding for each reference that leads back to its own connector: each would wait for the next one."""
    known = {each.place: each for each in connectors}
    for connector in connectors:
        for path, name in connector.spec.connector_references.items():
            if _is_in_loop(connector, name, known):
                message = (
                    f"refers to connector {name}, whose token depends on this connector: refer to another connector, or"
                    " remove the reference"
                )
                yield connector.manifest.report(LintRule.CONNECTOR_LOOP, f"spec.{path}", message)


def _is_in_loop(connector: ValidConnector, first: str, known: Mapping[_Place, ValidConnector]) -> bool:
    folder, namespace, own = connector.place
    seen, waiting = set[str](), [first]
    while waiting:
        name = waiting.pop()
        if name == own:
            return True
        found = known.get((folder, namespace, name)) if name not in seen else None
        seen.add(name)
        waiting += found.spec.connector_references.values() if found is not None else ()
    return False


def find_forbidden_labels(connectors: Sequence[ValidConnector], allowed: Collection[str] | None) -> Iterator[Finding]:
    """Yield a finding for each connector with a label that is not allowed; nothing where `allowed` is not known."""
    for connector in connectors if allowed is not None else ():
        label = find_forbidden_label(connector.spec, allowed or ())
        if label is not None:
            key = label.partition("=")[0]
            message = "is not in the operator setting allowedOutputLabels: ask the administrator, or remove the label"
            yield connector.manifest.report(LintRule.FORBIDDEN_LABEL, f"spec.output.labels.{key}", message)
