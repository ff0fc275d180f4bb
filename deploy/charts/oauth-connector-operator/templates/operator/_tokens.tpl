{{/* The operator's own tokens for providers, which the kubelet renews: a file for each audience. */}}

{{/* The name of the file of an audience, which may contain any character. */}}
{{- define "oauthConnector.tokenFile" -}}
{{- sha256sum . | trunc 16 -}}
{{- end -}}

{{- define "oauthConnector.tokenMounts" -}}
{{- if .Values.operatorTokens -}}
- name: operator-tokens
  mountPath: /var/run/secrets/oauth-connector
  readOnly: true
{{- end -}}
{{- end -}}

{{- define "oauthConnector.tokenVolumes" -}}
{{- with .Values.operatorTokens -}}
- name: operator-tokens
  projected:
    defaultMode: 0440
    sources:
      {{- range . }}
      - serviceAccountToken:
          path: {{ include "oauthConnector.tokenFile" .audience | quote }}
          audience: {{ .audience | quote }}
          expirationSeconds: 600 # the least that the API server allows
      {{- end }}
{{- end -}}
{{- end -}}
