{{/* A PodDisruptionBudget. Arguments: context, component, values, name. */}}
{{- define "oauthConnector.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  namespace: {{ .context.Release.Namespace }}
  labels:
    {{- include "oauthConnector.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "oauthConnector.selectorLabels" . | nindent 6 }}
{{- end -}}
