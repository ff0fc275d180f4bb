{{/* A PodDisruptionBudget. Arguments: context, component, values, name. */}}
{{- define "oauthConnector.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name | quote }}
  namespace: {{ .context.Release.Namespace | quote }}
  labels:
    {{- include "oauthConnector.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "oauthConnector.selectorLabels" . | nindent 6 }}
{{- end -}}
