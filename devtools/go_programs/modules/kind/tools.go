//go:build tools

// Package kind pins kind, which starts a node where Docker is available.
package kind

import _ "sigs.k8s.io/kind"
