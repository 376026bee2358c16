package cli

import (
	"strings"
	"testing"
)

// TestGroupsWhereThereAreAny: a report that has no groups says so before anybody is asked for it.
func TestGroupsWhereThereAreAny(t *testing.T) {
	for _, name := range []string{"topics", "hot", "agents", "awards", "ageing", "kb", "exams", "quality", "mystery"} {
		if r := zuoxi(t, nil, "report", name, "--by", "city"); r.code != exitUsage || !strings.Contains(r.err, "不能换分组 · 没有出表 · 能用 --by 的是 calls、wait、first") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if r := zuoxi(t, nil, "report", "calls", "--by", "city"); r.code == exitUsage {
		t.Errorf("%+v", r) // there is no hub
	}
}

func TestTableAlignsWideCharacters(t *testing.T) {
	rows := []string{"3027\t李某\t南京", "10070\t欧阳某某\t"}
	var b strings.Builder
	table(&b, "工号\t姓名\t地区", len(rows), func(i int) string { return rows[i] })
	want := "工号   姓名      地区\n3027   李某      南京\n10070  欧阳某某\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
