package region

import (
	"slices"
	"strings"
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
		"320100": "南京", "320000": "江苏", "320106": "南京鼓楼区", "320199": "南京99", "310115": "上海浦东新区", "659001": "新疆石河子市", "南京": "南京", "省本级": "省本级", "": "", "999999": "999999", "12": "12",
	} {
		if got := Name(in); got != want {
			t.Errorf("Name(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"南京市": "320100", "江苏省": "320000", " 苏州 ": "320500", "320500": "320500", "延边": "222400", "吉林市": "220200", "吉林省": "220000",
		"320106": "320106", "南京鼓楼区": "320106", "江苏省南京市鼓楼区": "320106", "玄武区": "320102", "北京市朝阳区": "110105", "仙桃市": "429004", "朝阳市": "211300"} {
		if p, ok := Find(in); !ok || p.Code != want {
			t.Errorf("Find(%q) = %+v", in, p)
		}
	}
	for _, in := range []string{"", "火星", "市", "鼓楼区", "朝阳区", "南京朝阳区", "320199"} {
		if p, ok := Find(in); ok {
			t.Errorf("Find(%q) = %+v", in, p)
		}
	}
}

// TestCounties: every county of the table stands in a province that there is, has one name, and is found by what is shown of it.
func TestCounties(t *testing.T) {
	t.Parallel()
	if len(counties) != 2842 { // the ministry's list of 2023 has so many
		t.Errorf("%d counties", len(counties))
	}
	shown := map[string]string{}
	for code, name := range counties {
		if _, ok := byCode[code[:2]+"0000"]; !ok || len(code) != 6 || !isDigits(code) || strings.Trim(name, "0123456789 ") != name {
			t.Errorf("%s %q", code, name)
		}
		full := Name(code)
		if before, twice := shown[full]; twice {
			t.Errorf("%s and %s are both %s", before, code, full)
		}
		shown[full] = code
		if p, ok := Find(full); !ok || p.Code != code || p.Name != full {
			t.Errorf("Find(%q) = %+v, want %s", full, p, code)
		}
		if got, ok := Code(full); !ok || got != code {
			t.Errorf("Code(%q) = %q", full, got)
		}
		if way, by := Path(full), Path(code); !slices.Equal(way, by) {
			t.Errorf("Path(%q) = %q, Path(%s) = %q", full, way, code, by)
		}
	}
}
