//go:build race

package acd

// simCalls is smaller under the race detector, which makes the simulation ten times slower and learns nothing from it.
const simCalls = fullCalls / 10
