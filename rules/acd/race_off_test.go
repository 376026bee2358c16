//go:build !race

package acd

const simCalls = fullCalls
