// The modules that contain CustomResourceDefinitions of other projects. Nothing is built from them.
module oauthconnector.dev/devtools/external-crds

go 1.25

require (
	github.com/prometheus-operator/prometheus-operator v0.91.0
	sigs.k8s.io/gateway-api v1.4.1
)
