//go:build tools

// Package promtool pins the program that tests alert rules.
package promtool

import _ "github.com/prometheus/prometheus/cmd/promtool"
