//go:build tools

// Package kubernetes130 pins the control plane of the oldest release that the operator supports.
package kubernetes130

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
