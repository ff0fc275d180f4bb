"""The situations of a connector as in docs/reference/oauthconnector.md, with the health that each tool computes.

The status of each one is what the operator writes: `report` of the findings of a reconciliation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.observation import Attempt, Connector, CredentialVersion
from oauth_connector.connector.status.findings import Findings, PublishedToken
from oauth_connector.connector.status.problem import Problem
from oauth_connector.connector.status.report import report
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.builders import NOW, UID, a_connector, a_spec

SHOWN = PublishedToken("crm-token", NOW, NOW + 3600, "Bearer", ("read",))
FOREVER = replace(SHOWN, expires=None)
ATTEMPT = Attempt((CredentialVersion("robot", "u", "1"),), a_connector().spec.token_digest)
HOST = {"host": "login.example.com"}
DOWN = Problem(Reason.PROVIDER_UNREACHABLE, Remedy.RETRY, HOST, Signal(Symptom.CONNECTION_FAILED))
REFUSED = Problem(
    Reason.CREDENTIALS_REJECTED, Remedy.FIX_CREDENTIALS, HOST, Signal(Symptom.OAUTH_ERROR, 401, "invalid_client")
)
SUSPENDED = Problem(Reason.SUSPENDED, Remedy.FIX_SPEC)
NO_CONSENT = Problem(Reason.CONSENT_REQUIRED, Remedy.CONSENT_AGAIN)
CONSENT_LOST = Problem(Reason.REFRESH_TOKEN_REJECTED, Remedy.CONSENT_AGAIN, HOST)
LATE = Problem(Reason.REFRESH_LATE, Remedy.FIX_SPEC, {"lifetime": "120", "margin": "80", "before": "100s"})
OTHER_SCOPES = Problem(Reason.SCOPES_CHANGED, Remedy.CONSENT_AGAIN)


@dataclass(frozen=True)
class Situation:
    """The findings of the reconciliations, the conditions that follow, and the health by each tool.

    `flux` is the health with the `healthCheckExprs` of examples/gitops/flux; without them it is `kstatus`.
    """

    findings: tuple[Findings, ...]
    conditions: Mapping[str, str]
    kstatus: str
    flux: str
    argo: str
    spec: Mapping[str, Any] = field(default_factory=dict)

    @property
    def connector(self) -> Connector:
        """Return the connector as the API server returns it after the reconciliations."""
        connector = a_connector(a_spec(**self.spec))
        for findings in self.findings:
            connector = replace(connector, status=report(connector, findings))
        return connector

    def manifest(self, generation: int = 1) -> dict[str, Any]:
        """Return the object as the API server returns it."""
        return {
            "apiVersion": "oauthconnector.dev/v1alpha1",
            "kind": "OAuthConnector",
            "metadata": {"name": "crm", "namespace": "shop", "uid": UID, "generation": generation},
            "spec": a_spec(**self.spec),
            "status": self.connector.status.to_manifest(),
        }


LATER = NOW + 4000
SUSPEND = {"suspend": True}
BY_USER = {
    "grantType": "AuthorizationCode",
    "provider": {
        "authorizationURL": "https://login.example.com/authorize",
        "tokenURL": "https://login.example.com/token",
    },
}
SITUATIONS: dict[str, Situation] = {
    "a valid token": Situation(
        (Findings(NOW, SHOWN, attempt=ATTEMPT),), {"Ready": "TokenIssued"}, "Current", "Current", "Healthy"
    ),
    "a valid token, suspended": Situation(
        (Findings(NOW, SHOWN, SUSPENDED),), {"Ready": "TokenIssued"}, "Current", "Current", "Suspended", SUSPEND
    ),
    "a token of unknown lifetime": Situation(
        (Findings(NOW, FOREVER, attempt=ATTEMPT),), {"Ready": "TokenIssued"}, "Current", "Current", "Healthy"
    ),
    "a valid token, refresh failing": Situation(
        (Findings(NOW, SHOWN, DOWN, ATTEMPT),),
        {"Ready": "TokenIssued", "RefreshFailed": "ProviderUnreachable"},
        "Current",
        "Current",
        "Healthy",
    ),
    "a valid token, refresh token rejected": Situation(
        (Findings(NOW, SHOWN, CONSENT_LOST, ATTEMPT),),
        {
            "Ready": "TokenIssued",
            "RefreshFailed": "RefreshTokenRejected",
            "ConsentRequired": "RefreshTokenRejected",
        },
        "Current",
        "Current",
        "Healthy",
        BY_USER,
    ),
    "a valid token, scopes changed": Situation(
        (Findings(NOW, SHOWN, warning=OTHER_SCOPES),),
        {"Ready": "TokenIssued", "ConsentRequired": "ScopesChanged"},
        "Current",
        "Current",
        "Healthy",
        BY_USER,
    ),
    "a valid token, refreshed late": Situation(
        (Findings(NOW, SHOWN, late=LATE),),
        {"Ready": "TokenIssued", "RefreshLate": "RefreshLate"},
        "Current",
        "Current",
        "Healthy",
    ),
    "no token yet, provider down": Situation(
        (Findings(NOW, None, DOWN, ATTEMPT),),
        {"Ready": "ProviderUnreachable", "Reconciling": "ProviderUnreachable"},
        "InProgress",
        "InProgress",
        "Progressing",
    ),
    "an expired token, provider down": Situation(
        (Findings(LATER, SHOWN, DOWN, ATTEMPT),),
        {"Ready": "TokenExpired", "Reconciling": "ProviderUnreachable", "RefreshFailed": "ProviderUnreachable"},
        "InProgress",
        "InProgress",
        "Progressing",
    ),
    "no token, no user has consented": Situation(
        (Findings(NOW, None, NO_CONSENT),),
        {"Ready": "ConsentRequired", "ConsentRequired": "ConsentRequired", "Reconciling": "ConsentRequired"},
        "InProgress",
        "Current",
        "Suspended",
        BY_USER,
    ),
    "no token, suspended": Situation(
        (Findings(NOW, None, SUSPENDED),), {"Ready": "Suspended"}, "InProgress", "Current", "Suspended", SUSPEND
    ),
    "no token, credentials rejected": Situation(
        (Findings(NOW, None, REFUSED, ATTEMPT),),
        {"Ready": "CredentialsRejected", "Stalled": "CredentialsRejected"},
        "Failed",
        "Failed",
        "Degraded",
    ),
    "an expired token, credentials rejected": Situation(
        (Findings(LATER, SHOWN, REFUSED, ATTEMPT),),
        {"Ready": "CredentialsRejected", "Stalled": "CredentialsRejected", "RefreshFailed": "CredentialsRejected"},
        "Failed",
        "Failed",
        "Degraded",
    ),
    "an expired token, the user must consent again": Situation(
        (Findings(LATER, SHOWN, CONSENT_LOST, ATTEMPT),),
        {
            "Ready": "RefreshTokenRejected",
            "Stalled": "RefreshTokenRejected",
            "RefreshFailed": "RefreshTokenRejected",
            "ConsentRequired": "RefreshTokenRejected",
        },
        "Failed",
        "Failed",
        "Degraded",
        BY_USER,
    ),
    "no token for ten minutes": Situation(
        (Findings(NOW, None, DOWN, ATTEMPT), Findings(NOW + 600, None, DOWN)),
        {"Ready": "ProviderUnreachable", "Stalled": "ProgressDeadlineExceeded"},
        "Failed",
        "Failed",
        "Degraded",
    ),
}
