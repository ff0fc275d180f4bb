"""Tokens of ServiceAccounts for providers, from the TokenRequest API, and never one that opens the Kubernetes API.

Audiences of the Kubernetes API can be any: those of `--api-audiences`, else the issuers. No resource lists them. So the
first token for an audience is tried at the API server itself, which must refuse it.
"""

import time
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from oauth_connector.api.names import FIELD_MANAGER
from oauth_connector.connector.service_accounts import LIFETIME, ServiceAccount, TokenDenied, parse_service_account
from oauth_connector.kube import paths
from oauth_connector.kube.client import METADATA, KubeAPI
from oauth_connector.kube.errors import FORBIDDEN, INVALID, NOT_FOUND, KubeError
from oauth_connector.oauth.jwt_expiry import read_jwt_claims

KNOWN_FOR = 3600.0
"""Seconds after which an audience is tried again: an API server may be configured with other ones."""

MOST_AUDIENCES = 1000

_REFUSED = {
    FORBIDDEN: "the operator has no permission to create `serviceaccounts/token` in this namespace, or an admission"
    " plugin denies it. Compare its Role with the page on permissions",
    INVALID: "an admission policy refuses the request. Read the policies on `serviceaccounts/token`",
}


class ServiceAccountTokens:
    """Reads ServiceAccounts and requests their tokens. Its methods raise `KubeError`."""

    def __init__(self, api: KubeAPI, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._tried: dict[str, float] = {}

    async def read(self, namespace: str, name: str) -> ServiceAccount | TokenDenied | None:
        """Read a ServiceAccount without its contents."""
        try:
            found = await self._api.find(paths.service_account_path(namespace, name), METADATA)
        except KubeError as error:
            if error.status != FORBIDDEN:
                raise
            return TokenDenied(
                "the operator has no permission to get ServiceAccounts in this namespace. Compare its Role with the"
                " page on permissions"
            )
        return parse_service_account(found["metadata"]) if found is not None else None

    async def request(self, namespace: str, name: str, audience: str) -> SecretStr | TokenDenied:
        """Request a token, as `issue`, and return why there is none."""
        try:
            return await self.issue(namespace, name, audience)
        except KubeError as error:
            if error.status == NOT_FOUND:
                return TokenDenied("it does not exist any more. Create it")
            if error.status not in _REFUSED:
                raise
            return TokenDenied(_REFUSED[error.status])

    async def issue(self, namespace: str, name: str, audience: str) -> SecretStr | TokenDenied:
        """Request a token that is valid for ten minutes, is bound to no object, and has one audience."""
        path = paths.service_account_token_path(namespace, name)
        spec = {"audiences": [audience], "expirationSeconds": LIFETIME}
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        issued = await self._api.create(path, body, FIELD_MANAGER)
        return await self._keep_here(audience, SecretStr(issued["status"]["token"]))

    async def read_file(self, file: Path, audience: str) -> SecretStr | TokenDenied:
        """Read the operator's own token from a file of its Pod, which the kubelet replaces.

        It must have this audience and no other one: the token for the Kubernetes API is in a file, too.
        """
        token = _read_token(file)
        if token is None:
            return TokenDenied(f"the operator has no token in {file}. Mount one with a projected volume of its Pod")
        audiences = read_jwt_claims(token.get_secret_value()).get("aud")
        if audiences not in (audience, [audience]):
            return TokenDenied(f"the token in {file} is for another audience. Correct the volume of the Pod")
        return await self._keep_here(audience, token)

    async def _keep_here(self, audience: str, token: SecretStr) -> SecretStr | TokenDenied:
        """Return a token unless it opens the Kubernetes API."""
        if await self._is_refused_here(audience, token):
            return token
        return TokenDenied(
            "the Kubernetes API itself accepts tokens for this audience, so that the provider could use it there. Set"
            " the audience that the provider requires"
        )

    async def _is_refused_here(self, audience: str, token: SecretStr) -> bool:
        """Return whether the API server refuses a token for an audience."""
        now = self._clock()
        if now - self._tried.get(audience, -KNOWN_FOR) < KNOWN_FOR:
            return True
        if await self._api.accepts_token(token):
            return False
        if len(self._tried) >= MOST_AUDIENCES:
            self._tried.clear()
        self._tried[audience] = now
        return True


def _read_token(file: Path) -> SecretStr | None:
    """Read a token from a file in memory; `None` where there is none."""
    try:
        return SecretStr(file.read_text(encoding="ascii").strip())
    except (OSError, UnicodeDecodeError):
        return None
