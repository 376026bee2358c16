package main

import (
	"slices"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSpell(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"欢迎拨打12333热线": "欢迎拨打幺二三三三热线", "请按1。": "请按1。", "110或者120": "幺幺零或者幺二零", "": "",
	} {
		if got := spell(in); got != want {
			t.Errorf("spell(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTrim(t *testing.T) {
	t.Parallel()
	pcm := make([]int16, 300)
	pcm[100], pcm[200] = 1000, -1000
	if got := trim(pcm, 100, false); len(got) != 108 || got[4] != 1000 {
		t.Errorf("%d samples", len(got))
	}
	if got := trim(pcm, 100, true); len(got) != 138 || slices.ContainsFunc(got[110:], loud) {
		t.Errorf("%d samples with a breath", len(got))
	}
	if got := trim(make([]int16, 10), 100, false); len(got) != 10 {
		t.Error("silence was cut to nothing")
	}
}
