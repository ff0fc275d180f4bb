//go:build tools

// The file pins the modules of Flux's controllers.
package main

import (
	_ "github.com/fluxcd/kustomize-controller"
	_ "github.com/fluxcd/source-controller"
)
