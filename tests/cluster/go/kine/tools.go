//go:build tools

// Package tools names the program of the test cluster, so that go.mod pins it.
package tools

import _ "github.com/k3s-io/kine"
