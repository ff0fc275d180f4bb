{{/* Names, labels and the image. Each name begins with oauthConnector, because subcharts share one space of names. */}}

{{- define "oauthConnector.name" -}}
{{- $name := .Release.Name -}}
{{- if not (contains "oauth-connector" $name) }}{{ $name = printf "%s-oauth-connector" $name }}{{ end -}}
{{- default $name .Values.fullnameOverride | replace "." "-" | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{- define "oauthConnector.consentName" -}}
{{ include "oauthConnector.name" . }}-consent
{{- end -}}

{{/* Labels by which a Deployment selects its Pods. They never change. Arguments: context, component. */}}
{{- define "oauthConnector.selectorLabels" -}}
app.kubernetes.io/name: {{ eq .component "operator" | ternary "oauth-connector-operator" (printf "oauth-connector-%s" .component) }}
app.kubernetes.io/instance: {{ .context.Release.Name | quote }}
{{- end -}}

{{/* Labels of an object. Arguments: context, component, and perhaps labels, which are further ones. */}}
{{- define "oauthConnector.labels" -}}
{{ include "oauthConnector.selectorLabels" . }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: oauth-connector-operator
app.kubernetes.io/version: {{ .context.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .context.Release.Service }}
helm.sh/chart: {{ .context.Chart.Name }}-{{ .context.Chart.Version | replace "+" "_" }}
{{- with merge (dict) (default dict .labels) (default dict .context.Values.commonLabels) }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "oauthConnector.image" -}}
{{- with .Values.image -}}
{{- $path := .repository -}}
{{- if .registry }}{{ $path = printf "%s/%s" .registry .repository }}{{ end -}}
{{- if .digest }}{{ $path }}@{{ .digest }}{{ else }}{{ $path }}:{{ .tag | default $.Chart.AppVersion }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* The host of that address, without a port. */}}
{{- define "oauthConnector.publicHost" -}}
{{- (urlParse .Values.consent.publicURL).hostname -}}
{{- end -}}

{{/* Whether the operator reconciles only the namespace of the release: then a flag names it, and manifests can be moved. */}}
{{- define "oauthConnector.isInOwnNamespace" -}}
{{- if eq (join "," .Values.namespaces) .Release.Namespace }}true{{ end -}}
{{- end -}}
