"""Paths of the Kubernetes API that the project uses; parts that come from an object are escaped."""

from urllib.parse import quote

from oauth_connector.api.names import API_VERSION, CONNECTORS, CONSENTS, LEASES, SECRETS

_CORE = "/api/v1"
_ADMISSION = "/apis/admissionregistration.k8s.io/v1"
_CUSTOM = f"/apis/{API_VERSION}"

ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
SUBJECT_ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
SELF_REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


def secret_path(namespace: str, name: str = "") -> str:
    """Return the path of a Secret; without a name, of all Secrets of the namespace, or of the cluster."""
    return _join_path(_CORE, namespace, SECRETS, name)


def config_map_path(namespace: str, name: str = "") -> str:
    """Return the path of a ConfigMap; without a name, of all ConfigMaps of the namespace."""
    return _join_path(_CORE, namespace, "configmaps", name)


def service_account_path(namespace: str, name: str) -> str:
    """Return the path of a ServiceAccount."""
    return _join_path(_CORE, namespace, "serviceaccounts", name)


def service_account_token_path(namespace: str, name: str) -> str:
    """Return the path of the TokenRequest API of a ServiceAccount."""
    return f"{service_account_path(namespace, name)}/token"


def event_path(namespace: str, name: str = "") -> str:
    """Return the path of an Event; without a name, of all Events of the namespace."""
    return _join_path("/apis/events.k8s.io/v1", namespace, "events", name)


def lease_path(namespace: str, name: str = "") -> str:
    """Return the path of a Lease; without a name, of all Leases of the namespace."""
    return _join_path("/apis/coordination.k8s.io/v1", namespace, LEASES, name)


def pod_path(namespace: str, name: str = "") -> str:
    """Return the path of a Pod; without a name, of all Pods of the namespace."""
    return _join_path(_CORE, namespace, "pods", name)


def deployment_path(namespace: str, name: str) -> str:
    """Return the path of a Deployment."""
    return _join_path("/apis/apps/v1", namespace, "deployments", name)


def policy_path(name: str) -> str:
    """Return the path of a ValidatingAdmissionPolicy."""
    return _join_path(_ADMISSION, "", "validatingadmissionpolicies", name)


def policy_binding_path(name: str) -> str:
    """Return the path of a ValidatingAdmissionPolicyBinding."""
    return _join_path(_ADMISSION, "", "validatingadmissionpolicybindings", name)


def connector_path(namespace: str, name: str = "") -> str:
    """Return the path of an OAuthConnector; without a name, of all in the namespace, or in the cluster."""
    return _join_path(_CUSTOM, namespace, CONNECTORS, name)


def consent_path(namespace: str, name: str = "") -> str:
    """Return the path of an OAuthConsent; without a name, of all in the namespace, or in the cluster."""
    return _join_path(_CUSTOM, namespace, CONSENTS, name)


def _join_path(group: str, namespace: str, plural: str, name: str) -> str:
    within = f"namespaces/{_escape(namespace)}/" if namespace else ""
    path = f"{group}/{within}{plural}"
    return f"{path}/{_escape(name)}" if name else path


def _escape(part: str) -> str:
    return quote(part, safe="")
