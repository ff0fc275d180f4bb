"""The operator notices admission policies that are missing or changed; in virtual time, without a server."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import structlog

from oauth_connector.kube.access import Access
from oauth_connector.kube.admission_policies import INTERVAL, RETRY, PolicyState, PolicyWatch, judge_policy
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import FORBIDDEN, NOT_FOUND, KubeError
from oauth_connector.kube.policy_digests import POLICY_DIGESTS
from tests.support.virtual_time import run_virtually
from tests.support.yaml_documents import read_documents

DEPLOY = Path(__file__).parents[3] / "deploy"
NAME = "oauth-connector-secrets"

Object = dict[str, Any]


def the_objects() -> dict[tuple[str, str], Object]:
    """Return the policies and bindings of the chart by kind and name."""
    text = (DEPLOY / "charts" / "oauth-connector-operator" / "files" / "policies.yaml").read_text(encoding="utf-8")
    return {(each["kind"], each["metadata"]["name"]): each for each in read_documents(text)}


def the_pair(name: str = NAME) -> tuple[Object, Object]:
    """Return a policy and its binding as the API server returns them: with defaults."""
    objects = the_objects()
    policy = deepcopy(objects["ValidatingAdmissionPolicy", name])
    binding = deepcopy(objects["ValidatingAdmissionPolicyBinding", name])
    constraints = policy["spec"]["matchConstraints"]
    constraints |= {"matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}}
    for rule in constraints["resourceRules"]:
        rule["scope"] = "*"
    return policy, binding


@pytest.mark.parametrize("name", POLICY_DIGESTS)
def test_a_policy_of_this_release_is_recognized(name: str) -> None:
    """With the defaults that the API server adds."""
    assert judge_policy(name, *the_pair(name)) is PolicyState.INSTALLED


def _exempt_a_namespace(policy: Object, _binding: Object) -> None:
    policy["spec"]["matchConstraints"]["namespaceSelector"] = {"matchLabels": {"checked": "yes"}}


def _exempt_an_operation(policy: Object, _binding: Object) -> None:
    policy["spec"]["matchConstraints"]["resourceRules"][0]["operations"] = ["CREATE"]


def _exempt_a_resource(policy: Object, _binding: Object) -> None:
    policy["spec"]["matchConstraints"]["excludeResourceRules"] = [{"resources": ["oauthconnectors"]}]


def _match_no_object_in_a_namespace(policy: Object, _binding: Object) -> None:
    policy["spec"]["matchConstraints"]["resourceRules"][0]["scope"] = "Cluster"


def _exempt_by_condition(policy: Object, _binding: Object) -> None:
    policy["spec"]["matchConditions"].append({"name": "no", "expression": "false"})


def _accept_everything(policy: Object, _binding: Object) -> None:
    policy["spec"]["validations"][0]["expression"] = "true"


def _ignore_failures(policy: Object, _binding: Object) -> None:
    policy["spec"]["failurePolicy"] = "Ignore"


def _only_warn(_policy: Object, binding: Object) -> None:
    binding["spec"]["validationActions"] = ["Warn", "Audit"]


def _bind_another_policy(_policy: Object, binding: Object) -> None:
    binding["spec"]["policyName"] = "another"


def _bind_in_some_namespaces(_policy: Object, binding: Object) -> None:
    binding["spec"]["matchResources"] = {"namespaceSelector": {"matchLabels": {"checked": "yes"}}}


@pytest.mark.parametrize(
    "weaken",
    [
        _exempt_a_namespace,
        _exempt_an_operation,
        _exempt_a_resource,
        _match_no_object_in_a_namespace,
        _exempt_by_condition,
        _accept_everything,
        _ignore_failures,
        _only_warn,
        _bind_another_policy,
        _bind_in_some_namespaces,
    ],
)
def test_a_policy_that_refuses_less_is_changed(weaken: Callable[[Object, Object], None]) -> None:
    """The object exists, and does not do what this release relies on."""
    policy, binding = the_pair()
    weaken(policy, binding)
    assert judge_policy(NAME, policy, binding) is PolicyState.CHANGED


class PolicyAPI(KubeAPI):
    """An API server that has some policies, or fails with a status; without a server."""

    def __init__(self, objects: Mapping[tuple[str, str], Object], status: int | None = None) -> None:
        super().__init__(Access("https://api.example.com"))
        self.objects = dict(objects)
        self.requests = 0
        self._status = status

    async def get(self, path: str, accept: str = "") -> Object:
        """Respond as the API server would."""
        del accept
        self.requests += 1
        if self._status is not None:
            raise KubeError(self._status, "Failed")
        *_, plural, name = path.split("/")
        kind = "ValidatingAdmissionPolicy" + ("Binding" if plural.endswith("bindings") else "")
        if (kind, name) not in self.objects:
            raise KubeError(NOT_FOUND, "NotFound")
        return self.objects[kind, name]


async def watched(
    api: PolicyAPI, seconds: float, *, is_limited: bool = False
) -> tuple[dict[str, PolicyState], list[str]]:
    """Watch for some seconds; return the last state of each policy, and the lines that were logged."""
    states: dict[str, PolicyState] = {}
    with structlog.testing.capture_logs() as lines, suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await PolicyWatch(api, states.__setitem__, is_limited=is_limited).run()
    return states, [f"{line['log_level']}: {line['event']}" for line in lines]


def test_installed_policies_are_reported_and_not_logged() -> None:
    """A process that starts in a complete installation says nothing."""

    async def watch() -> tuple[dict[str, PolicyState], list[str]]:
        return await watched(PolicyAPI(the_objects()), 5)

    states, lines = run_virtually(watch())
    assert states == dict.fromkeys(POLICY_DIGESTS, PolicyState.INSTALLED)
    assert lines == []


@pytest.mark.parametrize("kind", ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"])
def test_a_missing_policy_is_logged_once(kind: str) -> None:
    """A policy without a binding refuses nothing."""

    async def watch() -> tuple[dict[str, PolicyState], list[str]]:
        objects = {key: each for key, each in the_objects().items() if key != (kind, NAME)}
        return await watched(PolicyAPI(objects), 5 * INTERVAL)

    states, lines = run_virtually(watch())
    assert states[NAME] is PolicyState.MISSING
    assert len(lines) == 1
    assert lines[0].startswith("warning: admission policies or their bindings are not installed")


def test_an_operator_of_some_namespaces_requests_no_policy() -> None:
    """It has no permission in the cluster, and a refused request would fire an alert."""

    async def watch() -> tuple[int, dict[str, PolicyState], list[str]]:
        api = PolicyAPI(the_objects())
        states, lines = await watched(api, 2 * INTERVAL, is_limited=True)
        return api.requests, states, lines

    requests, states, lines = run_virtually(watch())
    assert requests == 0
    assert states == dict.fromkeys(POLICY_DIGESTS, PolicyState.UNKNOWN)
    assert len(lines) == 1


def test_policies_that_may_not_be_read_are_unknown() -> None:
    """A role of another release may lack the permission."""

    async def watch() -> tuple[dict[str, PolicyState], list[str]]:
        return await watched(PolicyAPI({}, FORBIDDEN), 2 * INTERVAL)

    states, lines = run_virtually(watch())
    assert states == dict.fromkeys(POLICY_DIGESTS, PolicyState.UNKNOWN)
    assert len(lines) == 1
    assert lines[0].startswith("warning: the operator may not see")


@pytest.mark.parametrize("status", [0, 401, 429, 500])
def test_a_request_that_failed_is_repeated_soon(status: int) -> None:
    """Such a failure says nothing about the policies."""

    async def watch() -> tuple[int, dict[str, PolicyState], list[str]]:
        api = PolicyAPI(the_objects(), status)
        states, lines = await watched(api, 3.5 * RETRY)
        return api.requests, states, lines

    requests, states, lines = run_virtually(watch())
    assert (states, lines) == ({}, [])
    assert requests == 4


def test_policies_that_are_installed_later_are_noticed() -> None:
    """Within ten minutes, without a restart."""

    async def watch() -> tuple[dict[str, PolicyState], list[str]]:
        api = PolicyAPI({})
        asyncio.get_running_loop().call_later(INTERVAL / 2, api.objects.update, the_objects())
        return await watched(api, 1.5 * INTERVAL)

    states, lines = run_virtually(watch())
    assert states == dict.fromkeys(POLICY_DIGESTS, PolicyState.INSTALLED)
    assert lines[-1] == "info: admission policies are installed"


def test_the_cluster_role_names_the_policies_that_the_operator_looks_at() -> None:
    """The permission is limited to these objects."""
    rendered = (DEPLOY / "kustomize" / "base" / "operator.yaml").read_text(encoding="utf-8")
    roles = [each for each in read_documents(rendered) if each["kind"] == "ClusterRole"]
    rules = [rule for role in roles for rule in role["rules"]]
    found = [(r["verbs"], r["resourceNames"]) for r in rules if "admissionregistration.k8s.io" in r["apiGroups"]]
    assert found == [(["get"], list(POLICY_DIGESTS))]
