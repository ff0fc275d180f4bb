//go:build tools

// The file pins the module of Argo CD: one program is all its components.
package main

import _ "github.com/argoproj/argo-cd/v3/cmd"
