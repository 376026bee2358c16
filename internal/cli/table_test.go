package cli

import (
	"strings"
	"testing"
)

func TestTableAlignsWideCharacters(t *testing.T) {
	rows := []string{"3027\t李某\t南京", "10070\t欧阳某某\t"}
	var b strings.Builder
	table(&b, "工号\t姓名\t地区", len(rows), func(i int) string { return rows[i] })
	want := "工号   姓名      地区\n3027   李某      南京\n10070  欧阳某某\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
