//go:build tools

// Package coredns pins the DNS server of the node that tests start.
package coredns

import _ "github.com/coredns/coredns"
