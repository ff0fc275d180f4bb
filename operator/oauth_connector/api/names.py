"""Names of the operator in the Kubernetes API: group, kinds, labels, annotations, Secret types, field managers.

Each stands here once. They are part of the contract with users: a changed name breaks manifests and stored objects.
"""

GROUP, VERSION = "oauthconnector.dev", "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

CONNECTOR_KIND, CONNECTORS = "OAuthConnector", "oauthconnectors"
CONSENT_KIND, CONSENTS = "OAuthConsent", "oauthconsents"
SECRETS = "secrets"
LEASES = "leases"

PREFIX = f"{GROUP}/"
"""Prefix of all labels and annotations of the operator."""

# --- annotations of an OAuthConnector, set by users ---------------------------------------------------------------
REFRESH_REQUESTED = f"{PREFIX}refresh-requested-at"
REVOKE_REQUESTED = f"{PREFIX}revoke-requested-at"

# --- annotations of Secrets, set by users -------------------------------------------------------------------------
ADOPT = f"{PREFIX}adopt"
ALLOWED_HOSTS = f"{PREFIX}allowed-hosts"

# --- annotations of ServiceAccounts, set by users, beside ALLOWED_HOSTS ---------------------------------------------
ALLOW_TOKEN_FOR = f"{PREFIX}allow-token-for"

# --- annotations of Secrets, set by the operator ------------------------------------------------------------------
CONNECTOR = f"{PREFIX}connector"
CONNECTOR_UID = f"{PREFIX}connector-uid"
TOKEN_DIGEST = f"{PREFIX}token-digest"
OUTPUT_DIGEST = f"{PREFIX}output-digest"
ISSUED_AT = f"{PREFIX}issued-at"
EXPIRES_AT = f"{PREFIX}expires-at"
GENERATION = f"{PREFIX}generation"
LIFETIME_SOURCE = f"{PREFIX}lifetime-source"
FIELDS = f"{PREFIX}fields"
STATE = f"{PREFIX}state"
SIGNATURE = f"{PREFIX}signature"

# --- annotation of the Lease, set by the operator -----------------------------------------------------------------
RELEASED_BY = f"{PREFIX}released-by"

# --- types of conditions ------------------------------------------------------------------------------------------
READY = "Ready"
RECONCILING = "Reconciling"
STALLED = "Stalled"
REFRESH_FAILED = "RefreshFailed"
CONSENT_REQUIRED = "ConsentRequired"
REFRESH_LATE = "RefreshLate"

# --- labels of Secrets --------------------------------------------------------------------------------------------
OPERATOR = "oauth-connector-operator"
MANAGED = f"{PREFIX}managed"
MANAGED_BY = "app.kubernetes.io/managed-by"
SECRET_LABELS = {MANAGED: "true", MANAGED_BY: OPERATOR}

# --- names of Secrets ---------------------------------------------------------------------------------------------
STATE_SUFFIX = "-oauth-state"
"""The end of the name of a state Secret, after the name of its connector."""

KEY_SECRET = "oauth-connector-key"
"""The key of the operator, in its own namespace."""

CLIENT_KEYS = "oauth-connector-client-keys"
"""The ConfigMap with the public keys of clients with metadata documents, in the same namespace."""

# --- types of Secrets ---------------------------------------------------------------------------------------------
OPAQUE = "Opaque"
STATE_TYPE = f"{PREFIX}state"
KEY_TYPE = f"{PREFIX}key"

# --- field managers: they never change between releases, or fields that were written earlier would be lost --------
FIELD_MANAGER = "oauth-connector"
STATUS_FIELD_MANAGER = "oauth-connector-status"
CONSENT_FIELD_MANAGER = "oauth-connector-consent"
CLI_FIELD_MANAGER = "oauth-connector-cli"
"""Of the kubectl plugin. Flux reverts what a manager named `kubectl…` wrote, so the name does not begin so."""

EVENT_REPORTER = f"{PREFIX}operator"
