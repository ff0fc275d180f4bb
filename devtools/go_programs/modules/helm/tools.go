//go:build tools

// Package helm pins Helm, which tests install the chart with.
package helm

import _ "helm.sh/helm/v4/cmd/helm"
