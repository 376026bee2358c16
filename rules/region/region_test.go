package region

import (
	"slices"
	"testing"
)

func TestTable(t *testing.T) {
	t.Parallel()
	names, codes := map[string]bool{}, map[string]bool{}
	provinces := 0
	for _, p := range Places {
		if len(p.Code) != 6 || !isDigits(p.Code) || p.Name == "" || names[p.Name] || codes[p.Code] {
			t.Errorf("%+v", p)
		}
		names[p.Name], codes[p.Code] = true, true
		if p.Province() {
			provinces++
		}
	}
	if provinces != 34 || len(Places)-provinces != 333 {
		t.Errorf("%d provinces, %d cities", provinces, len(Places)-provinces)
	}
	if !slices.IsSortedFunc(Places, func(a, b Place) int {
		if a.Code < b.Code {
			return -1
		}
		return 1
	}) {
		t.Error("not in the order of codes")
	}
}

func TestNameAndFind(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"320100": "南京", "320000": "江苏", "320106": "南京06", "南京": "南京", "省本级": "省本级", "": "", "999999": "999999", "12": "12",
	} {
		if got := Name(in); got != want {
			t.Errorf("Name(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"南京市": "320100", "江苏省": "320000", " 苏州 ": "320500", "320500": "320500", "延边": "222400", "吉林市": "220200", "吉林省": "220000"} {
		if p, ok := Find(in); !ok || p.Code != want {
			t.Errorf("Find(%q) = %+v", in, p)
		}
	}
	for _, in := range []string{"", "火星", "市"} {
		if p, ok := Find(in); ok {
			t.Errorf("Find(%q) = %+v", in, p)
		}
	}
}
