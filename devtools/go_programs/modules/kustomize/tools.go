//go:build tools

// Package kustomize pins kustomize, which the repo server of Argo CD runs.
package kustomize

import _ "sigs.k8s.io/kustomize/kustomize/v5"
