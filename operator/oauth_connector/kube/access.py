"""The address of the API server and the identity of this process: a ServiceAccount in a Pod, else a kubeconfig."""

import os
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import SecretStr

from oauth_connector.kube import kubeconfig
from oauth_connector.kube.api_tokens import APITokenSource, FixedToken, TokenFile, TokenProgram
from oauth_connector.kube.errors import AccessError
from oauth_connector.kube.identity import Identity
from oauth_connector.tls.verification import build_client_context

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_UNSUPPORTED_IN_CLUSTER = ("insecure-skip-tls-verify", "tls-server-name", "proxy-url")
_UNSUPPORTED_IN_USER = ("username", "auth-provider", "as", "as-uid", "as-groups", "as-user-extra")


def own_namespace(service_account: Path = SERVICE_ACCOUNT) -> str:
    """Return the namespace of this Pod; outside a Pod, the namespace of the manifests in `deploy/`."""
    try:
        return (service_account / "namespace").read_text(encoding="utf-8").strip()
    except OSError:
        return "oauth-connector-system"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A client certificate and its key, both PEM."""

    chain: bytes
    key: SecretStr


@dataclass(frozen=True)
class Access:
    """An API server, and the identity that is presented to it: a token, a certificate, or both.

    `ca` is PEM; without it the trust store of the system is used. `namespace` is the default namespace.
    """

    server: str
    ca: bytes | None = field(default=None, repr=False)
    certificate: Certificate | None = None
    tokens: APITokenSource | None = None
    namespace: str | None = None

    @cached_property
    def identity(self) -> Identity:
        """What all clients of the process know about the acceptance of its token."""
        return Identity(self.tokens)

    @staticmethod
    def load(
        path: Path | None = None,
        environ: Mapping[str, str] = os.environ,
        service_account: Path = SERVICE_ACCOUNT,
        context: str | None = None,
    ) -> "Access":
        """Find access: a kubeconfig that is named, the Pod's ServiceAccount, `$KUBECONFIG`, `~/.kube/config`.

        A named `context` selects a kubeconfig too. Raises `AccessError`, which states what is missing.
        """
        host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT", "443")
        if path is None and context is None and host and (service_account / "token").exists():
            return _in_cluster(host, port, service_account)
        listed = [Path(name) for name in environ.get("KUBECONFIG", "").split(os.pathsep) if name]
        files = [path] if path is not None else listed or [Path.home() / ".kube" / "config"]
        return from_kubeconfig(*files, context=context)

    def ssl_context(self) -> ssl.SSLContext:
        """Build a TLS context with the authority of the server and the certificate. Raises `AccessError`."""
        try:
            context = build_client_context(self.ca.decode("ascii") if self.ca else None)
            if self.certificate is not None:
                _load_certificate(self.certificate, context)
        except (ssl.SSLError, UnicodeDecodeError):
            raise AccessError(f"The certificates for {self.server} are not PEM, or do not fit together.") from None
        return context


def from_kubeconfig(*paths: Path, context: str | None = None) -> Access:
    """Read the named or the current context of a kubeconfig. Raises `AccessError`."""
    chosen = kubeconfig.read_context(paths, context)
    cluster, user = chosen.cluster, chosen.user
    cluster.reject(_UNSUPPORTED_IN_CLUSTER)
    user.reject(_UNSUPPORTED_IN_USER)
    server = cluster.text("server")
    if server is None:
        raise AccessError("The kubeconfig's cluster names no server.")
    authority, certificate = cluster.data("certificate-authority"), _certificate(user)
    return Access(server.rstrip("/"), authority, certificate, _token_source(user), chosen.namespace)


def _in_cluster(host: str, port: str, folder: Path) -> Access:
    address = f"[{host}]" if ":" in host else host
    try:
        ca = (folder / "ca.crt").read_bytes()
    except OSError as error:
        raise AccessError(f"The ServiceAccount's {folder / 'ca.crt'} cannot be read: {error.strerror}.") from None
    named = folder / "namespace"
    namespace = named.read_text().strip() if named.exists() else None
    return Access(f"https://{address}:{port}", ca, tokens=TokenFile(folder / "token"), namespace=namespace)


def _certificate(user: kubeconfig.Section) -> Certificate | None:
    chain, key = user.data("client-certificate"), user.data("client-key")
    if chain is None or key is None:
        return None
    return Certificate(chain, SecretStr(key.decode("ascii", "replace")))


def _token_source(user: kubeconfig.Section) -> APITokenSource | None:
    """Choose as kubectl does: a file before a token, and both before a program."""
    file, token, program = user.path("tokenFile"), user.text("token"), user.content.get("exec")
    if file is not None:
        return TokenFile(file)
    if token is not None:
        return FixedToken(SecretStr(token))
    return TokenProgram(program, user.folder) if isinstance(program, dict) else None


def _load_certificate(certificate: Certificate, context: ssl.SSLContext) -> None:
    with (
        tempfile.NamedTemporaryFile() as file
    ):  # readable by this process only; the ssl module reads keys from files only
        file.write(certificate.chain + b"\n" + certificate.key.get_secret_value().encode())
        file.flush()
        context.load_cert_chain(file.name)
