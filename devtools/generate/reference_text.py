"""The handwritten parts of the reference pages: everything that the models do not contain."""

NOTE = "<!-- Generated from operator/oauth_connector/api by `make generate`. Do not edit. -->"

INTRODUCTION = f"""\
{NOTE}

# OAuthConnector

`oauthconnector.dev/v1alpha1`, namespaced; short name `oac`, category `oauth`. An `OAuthConnector` obtains access tokens
from an authorization server and keeps a valid one in a Secret that Pods mount.

```yaml
apiVersion: oauthconnector.dev/v1alpha1
kind: OAuthConnector
metadata:
  name: crm
spec:
  grantType: ClientCredentials
  provider:
    tokenURL: https://login.example.com/oauth/token
  client:
    id: orders
    secretRef: {{name: crm-client}}
  scopes: [contacts.read]
```

All references are to Secrets and ConfigMaps in the namespace of the connector. The operator does not change `spec` or
`metadata` of a connector and adds no finalizer. The name of a connector has at most 200 characters.

On this page: [spec](#spec) · [conditions](#conditions) · [the Secret](#the-secret) ·
[annotations and labels](#annotations-and-labels) · [status](#status) · [columns](#columns) ·
[from a form](#from-a-form)
"""

CONDITIONS = """\
## Conditions

`Ready` is always present. The other conditions are present only while they are true.

| situation | Ready | other conditions | kstatus (Flux, Helm) | Argo CD |
|---|---|---|---|---|
| before the first reconciliation | – | none; `observedGeneration` is −1 | InProgress | Progressing |
| valid token, also during a refresh | True | | Current | Healthy |
| valid token, suspended | True | | Current | Suspended |
| valid token, the refresh fails | True | `RefreshFailed` | Current | Healthy |
| valid token, but a user should consent again: scopes changed, refresh token rejected, missing or about to expire | \
True | `ConsentRequired` | Current | Healthy |
| valid token, but mounted files can contain an expired one: the margin of `refresh.before` is less than 100 s | True \
| `RefreshLate` | Current | Healthy |
| no valid token, the operator retries | False | `Reconciling` | InProgress | Progressing |
| no valid token, no user has consented yet | False | `ConsentRequired`, `Reconciling` | InProgress | Suspended |
| no valid token, suspended | False | | InProgress | Suspended |
| no valid token, and a user must act, or no valid token for ten minutes | False | `Stalled` | Failed | Degraded |

[Flux](../how-to/flux.md) can count a connector without a consent as current. [Argo CD](../how-to/argo-cd.md) needs the
health script in `deploy/argocd/`.

`kubectl wait --for=condition=Ready oac/crm` waits for a token. Reasons are a closed set; [reasons.md](reasons.md)
explains each of them.

An Event is recorded when `Ready` changes (with the reason of `Ready`), when a refresh fails for a new reason
(`RefreshFailed`), when `spec.refresh.before` is ignored because it is not shorter than the lifetime of the token
(`RefreshBeforeIgnored`), when the lifetime is a guess (`LifetimeInterpreted`, `LifetimeAssumed`), when the provider
granted fewer scopes than requested (`ScopesNarrowed`), and when it refuses the client secret and accepts the previous
one (`PreviousSecretUsed`). Refreshes that succeed cause no Event.
"""

SECRET = """\
## The Secret

The output Secret has type `Opaque`. Every update replaces all keys at once. Without `output` it contains these keys:

| key | value |
|---|---|
| `access_token` | the bare token |
| `token_type` | type of the token: always `Bearer` |
| `expires_at` | expiration time, RFC 3339 in UTC |
| `authorization` | value of an Authorization header: `headerPrefix` and the token |
| `scope` | granted scopes, separated by spaces; absent if none were requested and the token response contains none |

The operator refreshes a token when a third of its lifetime is left, and at least 100 s before it expires, because the
kubelet updates mounted Secrets with a delay of up to 90 s. The first third of the lifetime always passes before the
refresh. Therefore a token of less than 150 s leaves a smaller margin: a mounted file can then contain an expired token,
and condition `RefreshLate` reports this with the figures. `refresh.before: 100s` prevents it for a token of 111 s or
more. For a shorter one, read the Secret through the Kubernetes API. The same applies to an authorization server that
returns the same token until it expires, which no condition reports.

Mount the Secret as a directory: a `subPath` mount and an environment variable are never updated.

The operator does not change a Secret that the connector does not own. The output Secret never contains a refresh token.
Refresh tokens are stored in the state Secret `<connector>-oauth-state` (type `oauthconnector.dev/state`), which must
not be mounted ([how refresh tokens survive](../explanation/refresh-tokens.md)).
"""

ANNOTATIONS = """\
## Annotations and labels

| object | set by | name | meaning |
|---|---|---|---|
| connector | user | `oauthconnector.dev/refresh-requested-at` | a new value (up to 1024 characters) requests a token \
immediately; `status.lastHandledRefresh` repeats the value |
| connector | user | `oauthconnector.dev/revoke-requested-at` | a new value revokes the grant at the provider (RFC \
7009) and deletes it in the cluster; `status.lastHandledRevoke` repeats the value |
| credential Secret | user | `oauthconnector.dev/allowed-hosts` | the only hosts to which the Secret may be sent, \
separated by commas |
| existing Secret with the name of the output | user | `oauthconnector.dev/adopt` | name of the connector that may \
take ownership of the Secret |
| output Secret | operator | label `oauthconnector.dev/managed: "true"` | marks the Secrets of the operator |
| output Secret | operator | `oauthconnector.dev/connector`, `…/connector-uid` | the owning connector |
| output Secret | operator | `oauthconnector.dev/issued-at`, `…/expires-at` | times of the token, RFC 3339 in UTC |
| output Secret | operator | `oauthconnector.dev/token-digest`, `…/output-digest`, `…/generation`, `…/fields` | the \
version of the spec from which token and Secret were made, and the field behind each key |
| output Secret, state Secret | operator | `oauthconnector.dev/signature` | shows that the operator wrote the Secret |
"""

FORM = """\
## From a form

The fields of connector forms in SaaS platforms correspond to these fields:

| in the form | in the manifest |
|---|---|
| Token URL | `provider.tokenURL` |
| Authorization URL | `provider.authorizationURL` |
| Redirect URI | `status.redirectURI` shows the URI to register; `authorizationCode.redirectURI` sets a loopback URI |
| Refresh Token | `refreshToken.secretRef` |
| Client ID, Client Secret | `client.id`, `client.secretRef` |
| Username, Password | `password.username`, `password.passwordSecretRef` |
| Scope (separated by commas or spaces, or a list) | `scope`, or `scopes` |
| Audience | `audience` |
| Header Prefix | `headerPrefix` |
"""

REASONS = f"""\
{NOTE}

# Reasons

The reasons of the conditions of an [`OAuthConnector`](oauthconnector.md): a closed set. Each section begins with the
message that status shows; the operator fills its `{{placeholders}}` from spec and metadata. A message never contains
text from the provider. If the provider returned an error code, `status.lastError` contains it.
"""

CONSENT_INTRODUCTION = f"""\
{NOTE}

# OAuthConsent

`oauthconnector.dev/v1alpha1`, namespaced; short name `oauthc`, category `oauth`. An `OAuthConsent` requests the
consent of a user for one connector, as a CertificateSigningRequest requests a signature. `kubectl oauth authorize`
creates it. A user whom RBAC allows to create OAuthConsents in a namespace may authorize the connectors of that
namespace (ClusterRole `oauth-connector-consent`). An OAuthConsent expires after fifteen minutes and is deleted after
one hour. [User authorization](../explanation/consent.md) describes the procedure.

On this page: [spec](#spec) · [status](#status) · [reasons](#reasons)
"""
