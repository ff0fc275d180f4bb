"""Names of headers that a spec may add to the token request."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from oauth_connector.api.v1alpha1.provider_request import ProviderRequest

FORBIDDEN = [
    # nginx.org/en/docs/http/ngx_http_realip_module.html; developers.cloudflare.com/fundamentals/reference/http-headers
    *("X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "CF-Connecting-IPv6"),
    # RFC 7239, and the headers before it
    *("Forwarded", "X-Forwarded", "X-Forwarded-For", "X-Forwarded-Client-Cert", "X-ForwardedFor"),
    # symfony.com/blog/cve-2018-14773: frameworks read path and method from them
    *("X-Original-URL", "X-Original-Host", "X-Rewrite-URL", "X-HTTP-Method", "X-HTTP-Method-Override"),
    "X-Method-Override",
    # kubernetes.io/docs/reference/access-authn-authz: authenticating proxy, user impersonation
    *("X-Remote-User", "X-Remote-Group", "X-Remote-Extra-Scopes", "Impersonate-User", "Impersonate-Group"),
    # docs.fastly.com and cloud providers' load balancers: the client's address
    *("Fastly-Client-IP", "X-Cluster-Client-IP"),
    # what authenticating proxies name the user in: oauth2-proxy, Grafana's auth proxy, Apache's REMOTE_USER, AWS's load
    # balancers, Azure's App Service, Google's Identity-Aware Proxy
    *("X-Auth-Request-User", "X-WEBAUTH-USER", "Remote-User", "X-Authenticated-User", "X-Amzn-OIDC-Identity"),
    *(
        "X-MS-CLIENT-PRINCIPAL",
        "X-MS-CLIENT-PRINCIPAL-NAME",
        "X-Goog-Authenticated-User-Email",
        "X-Goog-IAP-JWT-Assertion",
    ),
    # RFC 9440, and what nginx and HAProxy configurations usually name it
    *("Client-Cert", "Client-Cert-Chain", "X-SSL-Client-Cert", "X-SSL-Client-Verify"),
    # envoyproxy.io/docs: HTTP header manipulation
    *("X-Envoy-Original-Path", "X-Envoy-External-Address"),
    # developer.hashicorp.com/vault/api-docs: the proof that no user chose the request
    "X-Vault-Request",
    # metadata servers of Google Cloud and Azure, AWS, IBM Cloud and others, Alibaba Cloud
    *("Metadata", "Metadata-Flavor", "X-Google-Metadata-Request", "X-AWS-EC2-Metadata-Token", "X-Metadata-Token"),
    *("X-aliyun-ecs-metadata-token", "X-aliyun-ecs-metadata-token-ttl-seconds"),
    # what the operator or the connection sets
    *("Authorization", "Host", "Content-Length", "Transfer-Encoding", "Proxy-Authorization", "Cookie"),
]

WRITTEN: dict[str, Callable[[str], str]] = {
    "as documented": str,
    "in capitals": str.upper,
    "in small letters": str.lower,
}


def add(*names: str) -> ProviderRequest:
    """Return a request with headers of these names."""
    return ProviderRequest.model_validate({"headers": [{"name": name, "value": "a"} for name in names]})


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("underscores", [False, True])
@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_header_that_others_trust_is_refused(name: str, form: str, *, underscores: bool) -> None:
    """Gateways that follow CGI (RFC 3875 section 4.1.18) do not distinguish `_` from `-`."""
    with pytest.raises(ValidationError, match="must not be chosen"):
        add(WRITTEN[form](name.replace("-", "_") if underscores else name))


@pytest.mark.parametrize("names", [("X-A", "x-a"), ("X-A", "X_A"), ("x_a", "X-A")])
def test_two_names_of_one_header_are_refused(names: tuple[str, ...]) -> None:
    """A server would take one of the values, and none says which."""
    with pytest.raises(ValidationError, match="the same header twice"):
        add(*names)


@pytest.mark.parametrize(
    "name", ["Accept", "X-API-Key", "Notion-Version", "X-Host", "X-Authorization-Tenant", "Client-Id"]
)
def test_a_header_of_a_provider_is_accepted(name: str) -> None:
    """Names that only resemble the others are no danger."""
    assert add(name).headers
