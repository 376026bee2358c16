package cli

import (
	"os"
	"path/filepath"
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

// TestOptionsOfCalls: what only the table of calls can do is refused elsewhere before anybody is asked for it, and not left out.
func TestOptionsOfCalls(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures.csv")
	if err := os.WriteFile(file, []byte("名称,来电,接听,人工,自动,放弃\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, option := range [][]string{{"--wan"}, {"--each", "10"}, {"--impute", file}, {"--against", file}} {
		for _, name := range []string{"wait", "first", "topics", "agents", "mystery"} {
			if r := zuoxi(t, nil, append([]string{"report", name}, option...)...); r.code != exitUsage || !strings.Contains(r.err, " · 没有出表 · 能用 "+option[0]+" 的是 calls\n") {
				t.Errorf("%s %s: %+v", name, option[0], r)
			}
		}
		if r := zuoxi(t, nil, append([]string{"report", "calls"}, option...)...); r.code == exitUsage {
			t.Errorf("%s: %+v", option[0], r) // there is no hub
		}
	}
	if r := zuoxi(t, nil, "report", "wait", "--each", "1"); r.code == exitUsage {
		t.Errorf("%+v", r) // which is what it does
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

// TestTableObeysNoCell: what somebody wrote neither moves the cursor nor makes a row of its own.
func TestTableObeysNoCell(t *testing.T) {
	var b strings.Builder
	table(&b, "谁\t原因", 1, func(int) string { return "3027\t甲\x1b[2J\u009b31m\u202e乙\n伪造的一行" })
	if want := "谁    原因\n3027  甲乙 伪造的一行\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
