"""The messages for errors of the API server."""

import pytest

from oauth_connector.kube.errors import KubeError, StatusCause
from oauth_connector.kubectl_plugin.errors import APIOperation, explain_api_error

GET = APIOperation("get", "oauthconnectors", "shop", "crm")
SENTENCES = {
    "there is no such object": (KubeError(404, "NotFound"), GET, "There is no oauthconnectors crm in namespace shop"),
    "there is no such resource": (
        KubeError(404, "Unknown"),
        GET,
        "The cluster does not know the resource oauthconnectors",
    ),
    "there is no such namespace": (
        KubeError(404, "NotFound"),
        APIOperation("create", "oauthconsents", "shop"),
        "Namespace shop does not exist",
    ),
    "somebody may not": (
        KubeError(403, "Forbidden"),
        GET,
        "You are not allowed to get oauthconnectors in namespace shop",
    ),
    "somebody may not anywhere": (
        KubeError(403, "Forbidden"),
        APIOperation("list", "oauthconnectors", None),
        "You are not allowed to list oauthconnectors in the whole cluster",
    ),
    "the namespace is going": (
        KubeError(403, "Forbidden", causes=(StatusCause("NamespaceTerminating", ""),)),
        GET,
        "Namespace shop is being deleted",
    ),
    "the login has ended": (KubeError(401, "Unauthorized"), GET, "Log in again"),
    "there is no answer": (KubeError(0, "TimeoutError"), GET, "does not respond"),
    "a field is wrong": (
        KubeError(422, "Invalid", causes=(StatusCause("FieldValueInvalid", "spec.requestedBy"),)),
        GET,
        "refuses to get oauthconnectors in namespace shop: 422 Invalid: spec.requestedBy",
    ),
}


@pytest.mark.parametrize("situation", SENTENCES)
def test_each_api_error_is_explained(situation: str) -> None:
    """The message says what is wrong, and where."""
    error, attempt, message = SENTENCES[situation]
    assert message in str(explain_api_error(error, attempt))
