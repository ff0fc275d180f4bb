"""Names, keys and metadata of an output Secret that have a meaning for other programs are refused."""

import pytest

from oauth_connector.api.v1alpha1.metadata import CONTROLLER_DOMAINS
from oauth_connector.api.v1alpha1.parsing import parse_manifest
from oauth_connector.connector.secret.forbidden_labels import find_forbidden_label
from tests.support.builders import a_connector, a_spec


def problems_of(**output: object) -> str:
    """Return the problems of a connector with this output; nothing if it is valid."""
    head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector", "metadata": {"name": "crm"}}
    problems = parse_manifest({**head, "spec": a_spec(output=output)})
    return "\n".join(each.message for each in problems) if isinstance(problems, tuple) else ""


@pytest.mark.parametrize("domain", CONTROLLER_DOMAINS)
@pytest.mark.parametrize("prefix", ["", "example.", "a.b-c."])
def test_metadata_of_a_controller_is_refused(domain: str, prefix: str) -> None:
    """The operator would write what a controller acts on, for a user who may not; labels need its settings."""
    name = f"{prefix}{domain}/x"
    assert "must not have names of Kubernetes" in problems_of(annotations={name: "true"})
    spec = a_connector(a_spec(output={"labels": {name: "true"}})).spec
    assert find_forbidden_label(spec, ()) == f"{name}=true"
    for other in (f"my{domain}/x", f"{domain}.example.com/x"):
        assert problems_of(annotations={other: "true"}) == ""
        assert find_forbidden_label(a_connector(a_spec(output={"labels": {other: "true"}})).spec, ()) is None


@pytest.mark.parametrize(
    "name",
    [
        "owner",  # Helm: owner=helm,name=…,status=…,version=…
        "grafana_dashboard",  # the sidecar of Grafana's chart
        "grafana_datasource",
        "spring.cloud.kubernetes.secret",
        "istio/multiCluster",  # https://istio.io/latest/docs/reference/config/labels/
    ],
)
def test_metadata_without_a_domain_is_refused(name: str) -> None:
    """Programs that chose a short name cannot be listed."""
    assert "must have names with a domain" in problems_of(labels={name: "1"})


@pytest.mark.parametrize("name", ["component", "name", "part-of", "version"])
def test_a_recommended_label_is_accepted(name: str) -> None:
    """Users group what belongs to an application by these labels."""
    assert problems_of(labels={f"app.kubernetes.io/{name}": "crm"}) == ""


@pytest.mark.parametrize("name", ["managed-by", "instance", "created-by"])
def test_another_label_of_kubernetes_is_refused(name: str) -> None:
    """The operator sets one itself, Argo CD prunes by another, and Kubernetes may give a meaning to the rest."""
    assert "must not have names of Kubernetes" in problems_of(labels={f"app.kubernetes.io/{name}": "crm"})


@pytest.mark.parametrize(
    "name",
    [
        "sh.helm.release.v1.shop.v2",
        "sh.helm.release.v2.shop.v2",
        "bootstrap-token-07401b",
        "oauth-connector-key",
        "crm-oauth-state",
        "cacerts",
        "istio-ca-secret",
        "argocd-secret",
        "argocd-initial-admin-secret",
    ],
)
def test_the_secret_of_another_program_is_refused(name: str) -> None:
    """A program that finds a Secret by name would read what a token server answered."""
    assert "must not be a name that is reserved" in problems_of(secretName=name)


@pytest.mark.parametrize("name", ["sh.helm.releases", "my-bootstrap-token-1", "oauth-connector-key-2", "argocd-token"])
def test_a_name_that_resembles_a_reserved_one_is_accepted(name: str) -> None:
    """Only complete names are reserved."""
    assert problems_of(secretName=name) == ""


@pytest.mark.parametrize(
    "key",
    [
        "LD_PRELOAD",
        "LD_LIBRARY_PATH_64",
        "LD_AUDIT",
        "DYLD_INSERT_LIBRARIES",
        "GCONV_PATH",
        "GLIBC_TUNABLES",
        "PATH",
        "IFS",
        "ENV",
        "BASH_ENV",
        "BASH_FUNC_ls__",
        "PERL5OPT",
        "PERL5DB",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "RUBYOPT",
        "JAVA_TOOL_OPTIONS",
        "_JAVA_OPTIONS",
        "NODE_OPTIONS",
        "npm_config_registry",
        "DOTNET_STARTUP_HOOKS",
        "CORECLR_PROFILER_PATH",
        "GIT_SSH_COMMAND",
        "OPENSSL_CONF",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "HTTPS_PROXY",
        "http_proxy",
        "KUBECONFIG",
    ],
)
def test_a_variable_that_runs_code_or_moves_trust_is_refused(key: str) -> None:
    """A Pod with `envFrom` gets each key as a variable, whose value the token server chooses."""
    message = "must not be an environment variable that decides"
    assert message in problems_of(responseFields=[{"name": "x", "key": key}])
    assert message in problems_of(data=[{"field": "AccessToken", "key": key}])
    assert message in problems_of(formats=[{"type": "JSON", "key": key}])


@pytest.mark.parametrize(
    "key",
    [
        "LD_SDK_KEY",  # LaunchDarkly
        "NODE_AUTH_TOKEN",  # actions/setup-node
        "NPM_TOKEN",
        "GIT_TOKEN",
        "GITHUB_TOKEN",
        "AWS_SESSION_TOKEN",
        "SSL_PASSWORD",
        "path",
        "access_token",
        ".env",
    ],
)
def test_a_key_for_a_token_is_accepted(key: str) -> None:
    """Variables that programs read a token from stay free."""
    assert problems_of(data=[{"field": "AccessToken", "key": key}]) == ""
