"""What Argo CD needs to know of the kinds: a patch for its ConfigMap argocd-cm, from the Lua files of deploy/argocd/.

The files are laid out as in `resource_customizations` of Argo CD's repository. The keys of the ConfigMap:
https://argo-cd.readthedocs.io/en/stable/operator-manual/health/ and …/operator-manual/resource_actions/.
"""

from pathlib import Path

import yaml

ARGOCD = Path(__file__).parents[2] / "deploy" / "argocd"
PATH = ARGOCD / "argocd-cm.yaml"
CUSTOMIZATIONS = ARGOCD / "resource_customizations"
NOTE = """\
# Generated from deploy/argocd/resource_customizations by `make generate`. Do not edit.
# The health and the actions of OAuthConnector and OAuthConsent in Argo CD:
#   kubectl patch configmap argocd-cm --namespace argocd --patch-file deploy/argocd/argocd-cm.yaml
"""


class _Block(yaml.SafeDumper):
    """YAML with a block for each text of several lines."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Block.add_representer(str, _represent_text)


def config_data() -> dict[str, str]:
    """Return the keys and texts of the ConfigMap."""
    data = {}
    for health in sorted(CUSTOMIZATIONS.glob("*/*/health.lua")):
        kind = f"{health.parent.parent.name}_{health.parent.name}"
        data[f"resource.customizations.health.{kind}"] = health.read_text(encoding="utf-8")
        if actions := _read_actions(health.parent / "actions"):
            data[f"resource.customizations.actions.{kind}"] = actions
    return data


def config_patch() -> str:
    """Return the patch of the ConfigMap as YAML."""
    return NOTE + _dump({"data": config_data()})


def _read_actions(folder: Path) -> str:
    scripts = {path.parent.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/action.lua"))}
    if not scripts:
        return ""
    discovery = (folder / "discovery.lua").read_text(encoding="utf-8")
    definitions = [{"name": name, "action.lua": script} for name, script in scripts.items()]
    return _dump({"discovery.lua": discovery, "definitions": definitions})


def _dump(value: object) -> str:
    return yaml.dump(value, Dumper=_Block, sort_keys=False, width=120, allow_unicode=True)
