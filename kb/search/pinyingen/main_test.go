package main

import (
	"os"
	"slices"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestReadings(t *testing.T) {
	if got := readings("xíng,háng,hàng,héng"); !slices.Equal(got, []string{"xing", "hang", "heng"}) {
		t.Errorf("readings %v", got)
	}
	if got := readings("ḿ,lǜ"); !slices.Equal(got, []string{"lv"}) {
		t.Errorf("readings %v", got)
	}
}

func TestTableIsFresh(t *testing.T) {
	have, err := os.ReadFile("../data/pinyin.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != string(table(collect())) {
		t.Error("data/pinyin.txt is stale: run go generate ./kb/search")
	}
}
