package search

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("ZUOXI_TEST_CHANGE_FOREVER"); dir != "" {
		fmt.Println(changeForever(dir))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}
