//go:build tools

// Package tools names the program that looks for secrets in support bundles, so that go.mod pins it.
package tools

import _ "github.com/zricethezav/gitleaks/v8"
