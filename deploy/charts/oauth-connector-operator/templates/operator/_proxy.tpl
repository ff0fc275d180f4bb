{{/* What the operator mounts for the egress proxy: its credentials, and its certificate authorities. */}}
{{- define "oauthConnector.proxyMounts" -}}
{{- if and .Values.egressProxy.url .Values.egressProxy.secretName }}
- name: proxy
  mountPath: /etc/oauth-connector-proxy
  readOnly: true
{{- end }}
{{- if and .Values.egressProxy.url .Values.egressProxy.caConfigMap }}
- name: proxy-ca
  mountPath: /etc/oauth-connector-proxy-ca
  readOnly: true
{{- end }}
{{- end -}}

{{- define "oauthConnector.proxyVolumes" -}}
{{- with .Values.egressProxy }}
{{- if and .url .secretName }}
- name: proxy
  secret:
    secretName: {{ .secretName | quote }}
    items: # no other key of the Secret is mounted
      - {key: username, path: username}
      - {key: password, path: password}
{{- end }}
{{- if and .url .caConfigMap }}
- name: proxy-ca
  configMap:
    name: {{ .caConfigMap | quote }}
    items:
      - key: {{ .caKey | quote }}
        path: ca.pem
{{- end }}
{{- end }}
{{- end -}}
