"""What is wrong with a connection, where more is known than the reason says: one sentence for each symptom.

The condition of the operator, `oauth-connector check` and `kubectl oauth doctor` have the same sentence.
"""

from collections.abc import Mapping

from oauth_connector.oauth.signals import Symptom

_PROXY = "the operator's egress proxy"
_PORTS = "Check the port in `provider`"

CONNECTION_MESSAGES: Mapping[Symptom, str] = {
    Symptom.RESOLUTION_FAILED: "The name servers do not resolve {host} in time, or return an error. Check the DNS of"
    " the cluster, and the NetworkPolicies of the operator for port 53.",
    Symptom.CONNECTION_REFUSED: f"{{host}} refuses the connection. {_PORTS}, that the server runs, and whether a"
    " NetworkPolicy or a firewall rejects the connection.",
    Symptom.CONNECTION_RESET: f"{{host}} closes the connection before a request is sent. {_PORTS}, and whether a"
    " firewall or a proxy ends the connection.",
    Symptom.CONNECTION_LOST: f"The connection to {{host}} ends before the response arrives. {_PORTS}, whether the URL"
    " must begin with `https`, and whether a firewall or a proxy ends the connection.",
    Symptom.TIMEOUT: "{host} does not respond in time. Check whether a NetworkPolicy or a firewall drops the packets of"
    " the operator's Pod, and whether the server is slow.",
    Symptom.CERTIFICATE_SELF_SIGNED: "The certificate of {host} is self-signed. If it is the right one, set it in"
    " `provider.caBundle` or `provider.caBundleRef`.",
    Symptom.CERTIFICATE_ROOT_UNTRUSTED: "The certificate of {host} is signed by an untrusted authority. If it is the"
    " right one, set the certificate of the authority in `provider.caBundle` or `provider.caBundleRef`.",
    Symptom.CERTIFICATE_EXPIRED: "The certificate of {host}, or of its authority, has expired. Renew it at the server."
    " If it is valid, correct the clock of the operator's node.",
    Symptom.CERTIFICATE_NOT_YET_VALID: "The certificate of {host}, or of its authority, is not yet valid. Correct the"
    " clock of the operator's node, or replace the certificate.",
    Symptom.CERTIFICATE_OTHER_HOST: "The certificate of {host} is for another host name. Correct the host in"
    " `provider`, or add the name to the certificate.",
    Symptom.PLAIN_HTTP: f"{{host}} does not speak TLS at this port. {_PORTS}. For a server without TLS write `http`"
    " instead of `https`, which a cluster administrator must allow in the operator setting `allowedDestinations`.",
    Symptom.EXPECTS_TLS: "{host} speaks TLS at this port, and the URL does not begin with `https`. Correct the URL in"
    " `provider`.",
    Symptom.NOT_RESOLVED_HERE: "The name servers of the cluster do not know {host}. Check the host in `provider`. If"
    f" only {_PROXY} resolves it, a cluster administrator adds the host to the operator setting `allowedDestinations`.",
    Symptom.PROXY_UNREACHABLE: f"No connection to {_PROXY}, and so none to {{host}}. Check the operator setting"
    " `httpsProxy`, that the proxy runs, and the NetworkPolicy of the operator.",
    Symptom.PROXY_TLS_FAILED: f"The TLS handshake with {_PROXY} fails, before {{host}} is reached. Check the operator"
    " settings `httpsProxy` and `httpsProxyTrustBundle`, and the certificate of the proxy.",
    Symptom.PROXY_CREDENTIALS_REJECTED: f"{_PROXY.capitalize()} rejects the operator's credentials, before {{host}} is"
    " reached. Correct `username` and `password` in the Secret of the operator setting `httpsProxyCredentials`.",
    Symptom.PROXY_REFUSED: f"{_PROXY.capitalize()} does not allow a connection to {{host}}. Allow host and port in the"
    " proxy. If it allows names only, add the host to the operator setting `allowedDestinations` too.",
    Symptom.PROXY_CANNOT_CONNECT: f"{_PROXY.capitalize()} does not reach {{host}}. Check that the server runs, and DNS"
    " and firewalls of the proxy.",
}
"""Templates that replace that of the reason, by symptom."""
