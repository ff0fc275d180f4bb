{{/* What the Pods of operator, consent server and drain have in common. */}}

{{- define "oauthConnector.podSecurity" -}}
enableServiceLinks: false
automountServiceAccountToken: false # the volume `token` contains it
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "oauthConnector.containerSecurity" -}}
{{- with .Values.containerSecurityContext -}}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{- define "oauthConnector.imageFields" -}}
image: {{ include "oauthConnector.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end -}}

{{/* From where a Pod gets its image, and where it may run. Arguments: context, component, values. */}}
{{- define "oauthConnector.scheduling" -}}
{{- $selector := dict "matchLabels" (include "oauthConnector.selectorLabels" . | fromYaml) -}}
{{- with .context.Values.image.pullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{ end -}}
topologySpreadConstraints:
  {{- if .values.topologySpreadConstraints }}
  {{- range .values.topologySpreadConstraints }}
  - {{ merge (dict) . (dict "labelSelector" $selector) | toYaml | nindent 4 | trim }}
  {{- end }}
  {{- else }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      {{- toYaml $selector | nindent 6 }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* `/healthz` and `/readyz`. Readiness is asked often, because a rollout waits for it. */}}
{{- define "oauthConnector.probes" -}}
livenessProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: http}
  periodSeconds: 2
  timeoutSeconds: 5
{{- end -}}

{{- define "oauthConnector.mounts" -}}
- name: token
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
- name: tmp # certificates of clients, which Python reads from files only
  mountPath: /tmp
{{- end -}}

{{/* The token of the ServiceAccount, which the kubelet renews; and memory for files. */}}
{{- define "oauthConnector.volumes" -}}
- name: token
  projected:
    defaultMode: 0440
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3607
      - configMap:
          name: kube-root-ca.crt
          items:
            - {key: ca.crt, path: ca.crt}
      - downwardAPI:
          items:
            - path: namespace
              fieldRef: {fieldPath: metadata.namespace}
- name: tmp
  emptyDir:
    medium: Memory
    sizeLimit: 16Mi
{{- end -}}
