"""Values of the chart that together use each of its values."""

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]

CONSENT: Values = {"enabled": True, "publicURL": "https://connect.example.com:8443"}
PEER = {"podSelector": {"matchLabels": {"app": "prometheus"}}}
OF_PODS: Values = {
    "replicas": 3,
    "serviceAccountAnnotations": {"example.com/role": "connector"},
    "podAnnotations": {"example.com/note": "1"},
    "podLabels": {"team": "platform"},
    "resources": {"requests": {"cpu": "1", "memory": "1Gi", "ephemeral-storage": "1Gi"}, "limits": {"memory": "1Gi"}},
    "extraArgs": ["--kubeconfig=/more/kubeconfig"],
    "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
    "extraVolumes": [{"name": "more", "emptyDir": {}}],
    "extraVolumeMounts": [{"name": "more", "mountPath": "/more"}],
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "dedicated", "operator": "Exists"}],
    "affinity": {"podAntiAffinity": {}},
    "topologySpreadConstraints": [
        {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"}
    ],
    "priorityClassName": "system-cluster-critical",
    "podDisruptionBudget": {"enabled": False},
}
MATRIX: Mapping[str, Values] = {
    "defaults": {},
    "consent server": {
        "consent": CONSENT,
        "image": {"tag": "0.2.0"},
        "userRoles": {"aggregateToView": False},
        "drain": {"timeoutSeconds": 100},
    },
    "namespaced": {"namespaces": ["default", "kube-public"], "consent": CONSENT},
    "tokens of ServiceAccounts": {
        "serviceAccountTokens": {"enabled": True, "apiAudiences": ["https://oidc.example.com/cluster"]}
    },
    "tokens of ServiceAccounts in namespaces": {
        "namespaces": ["default", "kube-public"],
        "serviceAccountTokens": {"enabled": True, "policy": False},
    },
    "tokens of the operator": {
        "operatorTokens": [
            {"audience": "api://AzureADTokenExchange", "namespaces": ["shop"], "hosts": ["login.microsoftonline.com"]},
            {"audience": "https://sso.corp.example/realms/a", "namespaces": ["a", "b"], "hosts": ["sso.corp.example"]},
        ]
    },
    "tenant": {
        "namespaces": ["oauth-connector-system"],
        "crds": {"enabled": False},
        "policies": {"enabled": False},
        "userRoles": {"enabled": False},
    },
    "shard": {"selector": "shard in (a, b)", "crds": {"enabled": False}, "fullnameOverride": "shard-a"},
    "routes": {
        "consent": {
            **CONSENT,
            "ingress": {
                "enabled": True,
                "className": "nginx",
                "annotations": {"cert-manager.io/cluster-issuer": "letsencrypt"},
                "tlsSecretName": "connect-tls",
            },
            "httpRoute": {
                "enabled": True,
                "annotations": {"example.com/note": "1"},
                "parentRefs": [{"name": "public", "namespace": "gateways"}],
            },
            "service": {"type": "NodePort", "annotations": {"example.com/note": "1"}},
        }
    },
    "monitoring": {
        "metrics": {
            "serviceMonitor": {"enabled": True, "interval": "1m30s", "labels": {"release": "prometheus"}},
            "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
            "dashboard": {"enabled": True, "labels": {"grafana": "main"}},
        },
        "networkPolicy": {
            "metricsFrom": [PEER],
            "consentFrom": [PEER],
            "dns": [PEER],
            "apiServerCIDRs": ["192.0.2.1/32"],
            "apiServerPorts": [16443],
            "extraEgress": [{"to": [PEER]}],
        },
    },
    "everything of Pods": {
        "commonLabels": {"example.com/owner": "platform"},
        "podSecurityContext": {"runAsUser": 1000, "supplementalGroups": [2000]},
        "containerSecurityContext": {"privileged": False},
        "image": {
            "registry": "registry.example.com:5000",
            "repository": "platform/oauth-connector-operator",
            "digest": f"sha256:{'0' * 64}",
            "pullPolicy": "Always",
            "pullSecrets": ["registry"],
        },
        "trustBundle": {"configMap": "corp-ca", "key": "bundle.pem"},
        "settings": {
            "allowedDestinations": [{"cidr": "10.20.0.0/16", "ports": [9443]}, {"host": "login.corp.example"}],
            "requireAllowedHosts": True,
            "allowedOutputLabels": ["argocd.argoproj.io/secret-type=repository"],
        },
        "operator": OF_PODS,
        "consent": {**OF_PODS, **CONSENT, "settings": {"stopDelaySeconds": 1.5}},
        "extraObjects": [
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "{{ .Release.Name }}-more", "namespace": "{{ .Release.Namespace }}"},
                "data": {},
            }
        ],
    },
    "egress proxy": {
        "egressProxy": {
            "url": "https://proxy.corp.example:3129",
            "noProxy": ["*.corp.example", "10.0.0.0/8"],
            "secretName": "egress-proxy",
            "caConfigMap": "corp-ca",
            "caKey": "proxy.pem",
        }
    },
    "as little as possible": {
        "networkPolicy": {"enabled": False},
        "drain": {"enabled": False, "timeoutSeconds": 100},
        "crds": {"keep": False},
        "policies": {"enabled": False},
        "userRoles": {"enabled": False},
        "operator": {"podDisruptionBudget": {"enabled": False}},
    },
}
"""By what they are for. Each is a value file of its own."""
