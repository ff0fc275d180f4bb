"""What is written by hand of the reference pages: all that is not in the models."""

NOTE = "<!-- Generated from operator/oauth_connector/api by `make generate`. Do not edit. -->"

INTRODUCTION = f"""\
{NOTE}

# OAuthConnector

`oauthconnector.dev/v1alpha1`, namespaced; short name `oac`, category `oauth`. An `OAuthConnector` asks an authorization
server for access tokens and keeps a fresh one in a Secret that pods mount.

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

Every reference is to a Secret or ConfigMap in the connector's own namespace. The operator writes nothing into `spec` or
`metadata` of a connector, and puts no finalizer on it. Its name has at most 200 characters.

On this page: [spec](#spec) · [conditions](#conditions) · [the Secret](#the-secret) ·
[annotations and labels](#annotations-and-labels) · [status](#status) · [columns](#columns) ·
[from a form](#from-a-form)
"""

CONDITIONS = """\
## Conditions

`Ready` is always there; the others only while they are true.

| situation | Ready | beside it | kstatus (Flux, Helm) |
|---|---|---|---|
| not seen yet | – | `observedGeneration` is −1 | InProgress |
| valid token, also while it is refreshed or suspended | True | | Current |
| valid token, refresh failing | True | `RefreshFailed` | Current |
| valid token, but a person should consent again: scopes changed, refresh token refused, missing or about to \
expire | True | `ConsentRequired` | Current |
| no valid token, the operator is at work | False | `Reconciling` | InProgress |
| no valid token, a person has never consented | False | `ConsentRequired`, `Reconciling` | InProgress |
| no valid token, a person is needed, or none for ten minutes | False | `Stalled` | Failed |

`kubectl wait --for=condition=Ready oac/crm` waits for a token. Reasons are a closed set; each is explained in
[reasons.md](reasons.md).
"""

SECRET = """\
## The Secret

Type `Opaque`, written in one piece. Without `output` it holds:

| key | value |
|---|---|
| `access_token` | the bare token |
| `token_type` | its type, as the provider says |
| `expires_at` | when it expires, RFC 3339 in UTC |
| `authorization` | the value of an Authorization header: `headerPrefix` and the token |
| `scope` | what was granted, separated by spaces; absent where the provider tells none and none was asked for |

A token is replaced while a third of its life is left, since the kubelet shows a new Secret to pods up to 90 s late.
Mount the Secret as a folder: a `subPath` mount and an environment variable never change.

A Secret that is not ours is never touched. A refresh token never stands in it: that is kept in a Secret of the
operator's own, `<connector>-oauth-state` (type `oauthconnector.dev/state`), which is not for mounting
([how refresh tokens survive](../explanation/refresh-tokens.md)).
"""

ANNOTATIONS = """\
## Annotations and labels

| where | name | meaning |
|---|---|---|
| on a connector, by a person | `oauthconnector.dev/refresh-requested-at` | any new text, up to 1024 characters, \
asks for a token now; `status.lastHandledRefresh` echoes it |
| on a connector, by a person | `oauthconnector.dev/revoke-requested-at` | any new text gives the grant back to its \
provider (RFC 7009) and forgets it here; `status.lastHandledRevoke` echoes it |
| on a credential Secret, by its owner | `oauthconnector.dev/allowed-hosts` | hosts, separated by commas, to which \
it may be sent; nowhere else |
| on a Secret that is in the way, by its owner | `oauthconnector.dev/adopt` | name of the connector that may take it \
over |
| on our Secret, by the operator | label `oauthconnector.dev/managed: "true"` | by it the operator knows its Secrets |
| on our Secret, by the operator | `oauthconnector.dev/connector`, `…/connector-uid` | whose it is |
| on our Secret, by the operator | `oauthconnector.dev/issued-at`, `…/expires-at` | the token's times, RFC 3339 in UTC |
| on our Secret, by the operator | `oauthconnector.dev/token-digest`, `…/output-digest`, `…/generation`, `…/fields` | \
what of the spec the token and the Secret answer to, and which key holds which field |
"""

FORM = """\
## From a form

What the connectors of SaaS platforms ask in their forms goes here:

| in the form | in the manifest |
|---|---|
| Token URL | `provider.tokenURL` |
| Authorization URL | `provider.authorizationURL` |
| Redirect URI | `status.redirectURI` tells what to register; `authorizationCode.redirectURI` for loopback |
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

The reasons of the conditions of an [`OAuthConnector`](oauthconnector.md): a closed set. Below each stands the sentence
that status shows, with `{{placeholders}}` for what is filled in from spec and metadata. What the provider itself wrote
never gets there; its error code, if it gave one, is in `status.lastError`.
"""

CONSENT_INTRODUCTION = f"""\
{NOTE}

# OAuthConsent

`oauthconnector.dev/v1alpha1`, namespaced; short name `oauthc`, category `oauth`. An `OAuthConsent` asks for a person's
yes to one connector, as a CertificateSigningRequest asks for a signature. `kubectl oauth authorize` makes it; whoever
RBAC lets create one in a namespace may connect that namespace's connectors (ClusterRole `oauth-connector-consent`). It
is void after fifteen minutes and gone after an hour. [How a person's yes gets into the
cluster](../explanation/consent.md) tells the rest.

On this page: [spec](#spec) · [status](#status) · [reasons](#reasons)
"""
