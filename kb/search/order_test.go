package search

import (
	"context"
	"strings"
	"testing"
)

func TestPiecesOfATitle(t *testing.T) {
	for _, c := range []struct {
		typed, title string
		want         int
	}{
		{"失业金", "失业金最多能领几个月", 1}, {"失业金领", "失业金最多能领几个月", 2}, {"失领月", "失业金最多能领几个月", 3},
		{"领失业金", "失业金最多能领几个月", noPieces}, {"aba", "xabaaba", 1}, {"abc", "ababxc", 2}, {"月", "", noPieces}, {"失业金", "失业", noPieces},
	} {
		var title []byte
		for _, r := range c.title {
			title = le.AppendUint16(title, uint16(r))
		}
		typed := []rune(c.typed)
		if got := pieces(len(typed), title, func(i int, r uint16) bool { return rune(r) == typed[i] }); got != c.want {
			t.Errorf("%s in %s: %d pieces, want %d", c.typed, c.title, got, c.want)
		}
	}
}

// Short names leave words out, and so do their initials; what is being typed has no end yet.
func TestTypedInAHurry(t *testing.T) {
	docs := append(library(),
		Doc{ID: "visa", Title: "办理往来台湾通行证探亲签注", Body: "到出入境窗口办理。", Kind: KindGuide},
		Doc{ID: "visa-2", Title: "办理往来台湾通行证其他签注", Body: "探亲以外的到出入境窗口办理。", Kind: KindGuide},
		Doc{ID: "lift", Title: "相邻关系；加装电梯", Body: "老旧小区加装电梯由业主共同决定。", Kind: KindAnswer},
		Doc{ID: "smoke", Title: "相邻关系；空气污染", Body: "排放油烟应当避让邻居。", Kind: KindAnswer},
	)
	x := build(t, docs)
	for query, want := range map[string]string{"台湾探亲签注": "visa", "twtqqz": "visa", "相邻关系 加": "lift", "相邻关系 空": "smoke", "sbkbl": "guide-c"} {
		r, err := x.Search(context.Background(), Query{Text: query, Region: "甲省乙市"})
		if err != nil || len(r.Hits) == 0 || r.Hits[0].ID != want {
			t.Errorf("%q finds %+v, %v, want %s first", query, r.Hits, err, want)
		}
	}
	r, err := x.Search(context.Background(), Query{Text: "相邻关系 加"})
	if err != nil || len(r.Hits) == 0 || !strings.Contains(strings.Join(r.Hits[0].Why, "；"), "补全 加→加装") {
		t.Errorf("why: %+v, %v", r.Hits, err)
	}
	for _, kind := range []string{KindAnswer, KindGuide} {
		r, err := x.Search(context.Background(), Query{Text: "twtqqz", Kind: kind})
		if err != nil || kind == KindAnswer && len(r.Hits) > 0 && r.Hits[0].ID == "visa" {
			t.Errorf("held to %s: %+v, %v", kind, r.Hits, err)
		}
	}
}
