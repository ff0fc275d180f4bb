"""Verdicts on manifests: each one alone by the models, then those of a folder together.

The manifests of one folder are applied together. Those of other folders may be for another cluster, so the same name in
two folders is no mistake.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from oauth_connector.api.names import CONNECTOR_KIND, CONSENT_KIND, GROUP
from oauth_connector.api.v1alpha1.parsing import parse_consent_manifest, parse_manifest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.cli.lint.connectors import find_forbidden_labels, find_loops
from oauth_connector.cli.lint.documents import Document
from oauth_connector.cli.lint.files import LintInput
from oauth_connector.cli.lint.findings import Finding, LintResult, LintRule, sort_findings
from oauth_connector.cli.lint.manifest import LintedManifest, ValidConnector


def judge(given: LintInput, allowed_labels: Collection[str] | None = None) -> LintResult:
    """Judge all connectors and consents among the documents; other kinds are ignored, except Secrets.

    `allowed_labels` is a setting of the operator; `None` where it is not known.
    """
    manifests = [manifest for document in given.documents for manifest in _list_manifests(document)]
    judged = [manifest for manifest in manifests if _is_of_group(manifest)]
    findings, connectors = [*given.findings], list[ValidConnector]()
    for manifest in judged:
        verdict = _judge_alone(manifest)
        if isinstance(verdict, ValidConnector):
            connectors.append(verdict)
        else:
            findings += verdict
    findings += [*_find_duplicates(judged), *_find_shared(connectors), *_find_missing_keys(connectors, manifests)]
    findings += [*find_loops(connectors), *find_forbidden_labels(connectors, allowed_labels)]
    return LintResult(sort_findings(findings), len(judged))


def _list_manifests(document: Document) -> Iterator[LintedManifest]:
    for found in document.list_manifests():
        metadata = found.content.get("metadata")
        named = metadata if isinstance(metadata, Mapping) else {}
        texts = (found.content.get("kind"), named.get("namespace"), named.get("name"))
        yield LintedManifest(found, *(text if isinstance(text, str) else "" for text in texts))


def _is_of_group(manifest: LintedManifest) -> bool:
    return str(manifest.document.content.get("apiVersion", "")).startswith(f"{GROUP}/")


def _judge_alone(manifest: LintedManifest) -> ValidConnector | list[Finding]:
    if manifest.kind not in (CONNECTOR_KIND, CONSENT_KIND):
        message = f"must be {CONNECTOR_KIND} or {CONSENT_KIND}"
        return [manifest.report(LintRule.FIELD, "kind", message)]
    parse = parse_manifest if manifest.kind == CONNECTOR_KIND else parse_consent_manifest
    parsed = parse(manifest.document.content)
    if isinstance(parsed, tuple):
        return [manifest.report(LintRule.FIELD, problem.path, problem.message) for problem in parsed]
    return ValidConnector(manifest, parsed) if isinstance(parsed, OAuthConnectorSpec) else []


def _find_duplicates(manifests: Iterable[LintedManifest]) -> Iterator[Finding]:
    first: dict[tuple[str, str], LintedManifest] = {}
    for manifest in manifests:
        earlier = first.setdefault((manifest.folder, manifest.subject), manifest)
        if earlier is not manifest and manifest.name:
            message = f"is also the name of the {manifest.kind} in {_place(earlier)}: rename or remove one"
            yield manifest.report(LintRule.DUPLICATE_NAME, "metadata.name", message)


def _find_shared(connectors: Iterable[ValidConnector]) -> Iterator[Finding]:
    first: dict[tuple[str, str, str], ValidConnector] = {}
    for connector in connectors:
        earlier, manifest = first.setdefault(connector.output, connector), connector.manifest
        if earlier.manifest.subject == manifest.subject:
            continue
        path = (
            "spec.output.secretName" if connector.spec.output and connector.spec.output.secret_name else "metadata.name"
        )
        text = (
            f"leads to the output Secret {connector.output[-1]}, which {earlier.manifest.subject}"
            f" ({_place(earlier.manifest)}) writes too: set another output.secretName"
        )
        yield manifest.report(LintRule.SHARED_SECRET, path, text)


def _find_missing_keys(connectors: Iterable[ValidConnector], manifests: Iterable[LintedManifest]) -> Iterator[Finding]:
    """Yield a finding for each reference to a key that a Secret among the manifests does not have.

    The names of ServiceAccounts among the references have a slash, so that they are no names of Secrets.
    """
    keys: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for manifest in manifests:
        if manifest.kind == "Secret":
            keys[manifest.folder, manifest.namespace, manifest.name] |= _read_keys(manifest.document.content)
    for connector in connectors:
        for path, (name, key) in connector.spec.credential_references.items():
            present = keys.get((connector.manifest.folder, connector.manifest.namespace, name))
            if present is not None and key not in present:
                message = (
                    f"refers to the key {key} of Secret {name}, which has no such key: add it or change the reference"
                )
                yield connector.manifest.report(LintRule.MISSING_KEY, f"spec.{path}", message)


def _read_keys(secret: Mapping[str, object]) -> set[str]:
    members = [secret.get(name) for name in ("data", "stringData")]
    return {str(key) for member in members if isinstance(member, Mapping) for key in member}


def _place(manifest: LintedManifest) -> str:
    return f"{manifest.document.file}:{manifest.document.find_position('metadata.name').line}"
