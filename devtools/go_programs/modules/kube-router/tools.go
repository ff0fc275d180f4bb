//go:build tools

// Package kuberouter pins what enforces NetworkPolicies on the node that tests start.
package kuberouter

import _ "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router"
