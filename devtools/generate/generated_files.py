"""The generated files, each with the function that makes its text: CRDs, pages, dashboard, policies, chart."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import yaml

from devtools.generate import (
    argocd_config,
    connector_policy,
    dashboard,
    presets_page,
    reference_page,
    settings_page,
    troubleshoot_page,
)
from devtools.generate.chart import places, values_page
from devtools.generate.chart.crd_templates import crd_template
from devtools.generate.chart.required_values import required_file
from devtools.generate.chart.values_file import values_file
from devtools.generate.chart.values_schema import schema_file
from oauth_connector.api.schema.crd import CONNECTOR, CONSENT, Kind, build_crd

ROOT = Path(__file__).parents[2]
NOTE = "# Generated from operator/oauth_connector/api by `make generate`. Do not edit.\n"
INSTALL_HEAD = """\
# The operator for the whole cluster: namespace, CRDs, operator, admission policies (docs/how-to/install.md).
#   kubectl apply --server-side -f deploy/install.yaml
# Generated from deploy/kustomize/base by `make generate`. Do not edit.
"""


class _Plain(yaml.SafeDumper):
    """YAML without anchors: two fields of one type are written out twice."""

    def ignore_aliases(self, _data: object) -> bool:
        """Never refer."""
        return True


def crd_yaml(of: Kind = CONNECTOR) -> str:
    """Give the CRD of a kind as it is applied."""
    return NOTE + yaml.dump(build_crd(of), Dumper=_Plain, sort_keys=False, width=120, allow_unicode=True)


def crd_in_chart(of: Kind = CONNECTOR) -> str:
    """Give the CRD of a kind as a template of the chart."""
    return crd_template(crd_yaml(of))


def crds() -> str:
    """Give both CRDs as one file."""
    return "---\n".join(map(crd_yaml, (CONNECTOR, CONSENT)))


def install_file() -> str:
    """Give all objects as one file: its parts are those of the kustomization."""
    base = places.KUSTOMIZE / "base"
    operator, namespace = ((base / name).read_text(encoding="utf-8") for name in ("operator.yaml", "namespace.yaml"))
    return "---\n".join((INSTALL_HEAD + namespace, crds(), operator, connector_policy.policies_file()))


def alerts() -> str:
    """Give the alerts as the chart contains them: a chart reads only its own files."""
    return (ROOT / "deploy" / "monitoring" / "alerts.yaml").read_text(encoding="utf-8")


GENERATED: Mapping[Path, Callable[[], str]] = {
    ROOT / "crds" / "oauthconnector.dev_oauthconnectors.yaml": crd_yaml,
    ROOT / "crds" / "oauthconnector.dev_oauthconsents.yaml": partial(crd_yaml, CONSENT),
    ROOT / "docs" / "reference" / "oauthconnector.md": reference_page.connector_page,
    ROOT / "docs" / "reference" / "oauthconsent.md": reference_page.consent_page,
    ROOT / "docs" / "reference" / "reasons.md": reference_page.reasons_page,
    ROOT / "deploy" / "monitoring" / "dashboard.json": dashboard.dashboard,
    argocd_config.PATH: argocd_config.config_patch,
    connector_policy.PATH: connector_policy.policies_file,
    connector_policy.DIGESTS: connector_policy.digests_module,
    places.CHART / "templates" / "crds" / "oauthconnectors.yaml": crd_in_chart,
    places.CHART / "templates" / "crds" / "oauthconsents.yaml": partial(crd_in_chart, CONSENT),
    places.CHART / "files" / "alerts.yaml": alerts,
    places.CHART / "files" / "dashboard.json": dashboard.dashboard,
    places.KUSTOMIZE / "base" / "crds.yaml": crds,
    places.KUSTOMIZE / "base" / "policies.yaml": connector_policy.policies_file,
    places.INSTALL: install_file,
    places.VALUES: values_file,
    places.SCHEMA: schema_file,
    places.CHART / "files" / "required.yaml": required_file,
    places.PAGE: values_page.page,
    presets_page.PATH: presets_page.page,
    settings_page.PATH: settings_page.page,
    troubleshoot_page.PATH: troubleshoot_page.page,
    settings_page.CONSENT_PATH: settings_page.consent_page,
}


def freshen(files: Mapping[Path, Callable[[], str]], *, check: bool) -> int:
    """Write the files that are stale; or only name them, and give 1 where there are any."""
    stale = [path for path, make in files.items() if not path.exists() or path.read_text(encoding="utf-8") != make()]
    for path in stale:
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        print(f"{'stale' if check else 'writing'}: {name}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path](), encoding="utf-8")
    if check and stale:
        print("run `make generate` and commit what it writes")
    return int(check and bool(stale))


def main(arguments: list[str]) -> int:
    """Give the exit code: 1 when something is stale and was only to be named."""
    return freshen(GENERATED, check="--check" in arguments)
