{{/* The permissions of the consent server in each of its namespaces. */}}
{{- define "oauthConnector.consentRules" -}}
- apiGroups: [oauthconnector.dev]
  resources: [oauthconsents]
  verbs: [get]
- apiGroups: [oauthconnector.dev]
  resources: [oauthconsents/status]
  verbs: [patch]
# There is no resource of this name. An admission policy requires this permission of a client that writes a response and is
# not the requester.
- apiGroups: [oauthconnector.dev]
  resources: [oauthconsents/response]
  verbs: [update]
{{- end -}}

{{/* The permissions of the consent server in its own namespace. */}}
{{- define "oauthConnector.consentOwnNamespaceRules" -}}
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [oauth-connector-client-keys]
  verbs: [get]
{{- end -}}

{{/* The configuration file of the consent server, as YAML. */}}
{{- define "oauthConnector.consentConfig" -}}
{{- merge (dict "publicURL" .Values.consent.publicURL) (default dict .Values.consent.settings) | toYaml -}}
{{- end -}}
