package main

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(clockChild) != "" {
		tellTheTime()
		return
	}
	goleak.VerifyTestMain(m)
}
