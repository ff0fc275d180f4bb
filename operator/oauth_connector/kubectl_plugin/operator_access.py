"""Whether the operator has its permissions in a namespace: a question that only some users may ask the API server."""

import asyncio
from collections.abc import Mapping

from oauth_connector.api.names import GROUP
from oauth_connector.diagnosis.step import DiagnosisStep
from oauth_connector.kube.errors import NOT_FOUND, KubeError
from oauth_connector.kube.paths import service_account_path
from oauth_connector.kubectl_plugin.access_review import Permission, review_access
from oauth_connector.kubectl_plugin.context import PluginContext

_NEEDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "secrets"): ("get", "list", "watch", "create", "patch", "delete"),
    ("", "configmaps"): ("get",),
    (GROUP, "oauthconnectors"): ("get", "list", "watch"),
    (GROUP, "oauthconnectors/status"): ("patch",),
}
"""The verbs by API group and resource: those of the Role in the chart, without the Events and consents."""


async def check_operator_access(context: PluginContext, account: str) -> DiagnosisStep:
    """Return the step that checks the permissions of a ServiceAccount, `NAMESPACE/NAME`, in the user's namespace."""
    namespace, _, name = account.partition("/")
    try:
        await context.api.get(service_account_path(namespace, name))
        missing = await _list_missing(context, f"system:serviceaccount:{namespace}:{name}")
    except KubeError as error:
        why = "there is no such ServiceAccount" if error.status == NOT_FOUND else "you are not allowed to ask for them"
        text = f"not checked: the permissions of {account}, because {why}. Name the one of the operator by --operator."
        return DiagnosisStep("operator", passed=None, text=text)
    if missing:
        text = f"{account} must not {', '.join(missing)} in namespace {context.namespace}. Install its Roles there."
        return DiagnosisStep("operator", passed=False, text=text)
    text = f"{account} has its permissions in namespace {context.namespace}"
    return DiagnosisStep("operator", passed=True, text=text)


async def _list_missing(context: PluginContext, user: str) -> list[str]:
    asked = [Permission(verb, group, resource) for (group, resource), verbs in _NEEDS.items() for verb in verbs]
    answers = await asyncio.gather(*(review_access(context, each, user) for each in asked))
    return [f"{each.verb} {each.resource}" for each, may in zip(asked, answers, strict=True) if not may]
