{{/* Stopping the operator before its permissions are deleted: by an uninstall, or by a change of `namespaces`. */}}

{{/* The namespaces of the operator, separated by commas. The Deployment has them as an annotation. */}}
{{- define "oauthConnector.namespaceList" -}}
{{ join "," .Values.namespaces | default "*" }}
{{- end -}}

{{/* Whether an upgrade leaves out namespaces of the operator that runs, or finds that its Pods are being deleted. */}}
{{- define "oauthConnector.losesNamespaces" -}}
{{- with lookup "apps/v1" "Deployment" .Release.Namespace (include "oauthConnector.name" .) -}}
{{- if .metadata.deletionTimestamp }}true{{ end -}}
{{- range dig "annotations" "oauthconnector.dev/namespaces" "*" .metadata | splitList "," -}}
{{- if and $.Values.namespaces (not (has . $.Values.namespaces)) }}true{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The hooks before a change of `namespaces`. Helm renders nothing for a rollback, so there the Job decides. */}}
{{- define "oauthConnector.scopeHooks" -}}
pre-rollback{{ if include "oauthConnector.losesNamespaces" . }},pre-upgrade{{ end }}
{{- end -}}

{{/* Annotations of an object that exists during hooks only. Arguments: hooks, weight. */}}
{{- define "oauthConnector.hook" -}}
helm.sh/hook: {{ .hooks }}
helm.sh/hook-weight: {{ .weight | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{/* A Job that stops the operator. Arguments: context, name, hooks, arguments. */}}
{{- define "oauthConnector.drainJob" -}}
{{- $drain := dict "context" .context "component" "drain" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .name | quote }}
  namespace: {{ .context.Release.Namespace | quote }}
  labels:
    {{- include "oauthConnector.labels" $drain | nindent 4 }}
  annotations:
    {{- include "oauthConnector.hook" (dict "hooks" .hooks "weight" "0") | nindent 4 }}
spec:
  backoffLimit: 2
  activeDeadlineSeconds: {{ add .context.Values.drain.timeoutSeconds 60 }}
  template:
    metadata:
      labels:
        {{- include "oauthConnector.selectorLabels" $drain | nindent 8 }}
        app.kubernetes.io/component: drain
    spec:
      serviceAccountName: {{ include "oauthConnector.drainName" .context | quote }}
      restartPolicy: Never
      {{- include "oauthConnector.podSecurity" .context | nindent 6 }}
      {{- with .context.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . | quote }}
        {{- end }}
      {{- end }}
      {{- with .context.Values.operator.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .context.Values.operator.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: drain
          {{- include "oauthConnector.imageFields" .context | nindent 10 }}
          args:
            - drain
            - --deployment={{ include "oauthConnector.name" .context }}
            - --timeout={{ .context.Values.drain.timeoutSeconds }}
            {{- range .arguments }}
            - {{ . | quote }}
            {{- end }}
          resources:
            requests: {cpu: 50m, memory: 64Mi, ephemeral-storage: 16Mi}
            limits: {memory: 128Mi}
          {{- include "oauthConnector.containerSecurity" .context | nindent 10 }}
          volumeMounts:
            {{- include "oauthConnector.mounts" .context | nindent 12 }}
      volumes:
        {{- include "oauthConnector.volumes" .context | nindent 8 }}
{{- end -}}

{{- define "oauthConnector.drainName" -}}
{{ include "oauthConnector.name" . }}-drain
{{- end -}}
