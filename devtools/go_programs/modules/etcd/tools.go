//go:build tools

// Package etcd pins the store that the test control plane keeps its objects in.
package etcd

import _ "go.etcd.io/etcd/server/v3"
