{{/* The permissions of the operator in each of its namespaces; docs/reference/permissions.md explains each rule. */}}
{{- define "oauthConnector.operatorRules" -}}
- apiGroups: [oauthconnector.dev]
  resources: [oauthconnectors]
  verbs: [get, list, watch]
- apiGroups: [oauthconnector.dev]
  resources: [oauthconnectors/status, oauthconsents/status]
  verbs: [patch]
- apiGroups: [oauthconnector.dev]
  resources: [oauthconsents]
  verbs: [list, watch, delete]
# There is no resource of this name. An admission policy requires this permission of a client that writes more of the status
# than the response.
- apiGroups: [oauthconnector.dev]
  resources: [oauthconsents/request]
  verbs: [update]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}

{{/* The permissions of the operator in its own namespace. Argument: the name of the Lease, or nothing for any name. */}}
{{- define "oauthConnector.ownNamespaceRules" -}}
- apiGroups: [""]
  resources: [secrets]
  verbs: [create]
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [oauth-connector-key]
  verbs: [get]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [create]
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [oauth-connector-client-keys]
  verbs: [get, patch]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  {{- with . }}
  resourceNames: [{{ . | quote }}]
  {{- end }}
  verbs: [get, patch]
- apiGroups: [""]
  resources: [pods]
  verbs: [get]
{{- end -}}
