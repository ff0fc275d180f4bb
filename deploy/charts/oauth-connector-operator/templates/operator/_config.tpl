{{/* The configuration file of the operator, as YAML. */}}
{{- define "oauthConnector.operatorConfig" -}}
{{- $config := deepCopy (default dict .Values.settings) -}}
{{- with .Values.consent.publicURL }}{{ $_ := set $config "publicURL" . }}{{ end -}}
{{- if .Values.serviceAccountTokens.enabled }}{{ $_ := set $config "serviceAccountTokens" true }}{{ end -}}
{{- $tokens := list -}}
{{- range .Values.operatorTokens -}}
{{- $tokens = append $tokens (set (deepCopy .) "file" (printf "/var/run/secrets/oauth-connector/%s" (include "oauthConnector.tokenFile" .audience))) -}}
{{- end -}}
{{- with $tokens }}{{ $_ := set $config "operatorTokens" . }}{{ end -}}
{{- with .Values.trustBundle.configMap }}{{ $_ := set $config "trustBundle" "/etc/oauth-connector-trust/ca.pem" }}{{ end -}}
{{- with .Values.egressProxy -}}
{{- if .url -}}
{{- $_ := set $config "httpsProxy" .url -}}
{{- with .noProxy }}{{ $_ := set $config "noProxy" . }}{{ end -}}
{{- if .secretName }}{{ $_ := set $config "httpsProxyCredentials" "/etc/oauth-connector-proxy" }}{{ end -}}
{{- if .caConfigMap }}{{ $_ := set $config "httpsProxyTrustBundle" "/etc/oauth-connector-proxy-ca/ca.pem" }}{{ end -}}
{{- end -}}
{{- end -}}
{{- with .Values.selector }}{{ $_ := set $config "selector" . }}{{ end -}}
{{- if and .Values.namespaces (not (include "oauthConnector.isInOwnNamespace" .)) -}}
{{- $_ := set $config "namespaces" .Values.namespaces -}}
{{- end -}}
{{- if not (hasKey $config "allowedDestinations") }}{{ $_ := set $config "allowedDestinations" list }}{{ end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* A digest of the settings that the operator reads only at its start. It reads the others again while it runs. */}}
{{- define "oauthConnector.restartDigest" -}}
{{- omit (include "oauthConnector.operatorConfig" . | fromYaml) "allowedDestinations" "requireAllowedHosts" "allowedOutputLabels" "serviceAccountTokens" | toYaml | sha256sum -}}
{{- end -}}
