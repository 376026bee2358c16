package search

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// library is a small base of made-up and of real, much shortened texts.
func library() []Doc {
	return []Doc{
		{ID: "law-47", Title: "劳动合同法第四十七条 劳动合同的解除和终止", Body: "经济补偿按劳动者在本单位工作的年限，每满一年支付一个月工资的标准向劳动者支付。", Kind: KindPolicy, Level: "国家", Region: "全国"},
		{ID: "law-82", Title: "劳动合同法第八十二条 法律责任", Body: "用人单位自用工之日起超过一个月不满一年未与劳动者订立书面劳动合同的，应当向劳动者每月支付二倍的工资。", Kind: KindPolicy, Level: "国家", Region: "全国"},
		{ID: "ins-58", Title: "社会保险法第五十八条 社会保险费征缴", Body: "用人单位应当自用工之日起三十日内为其职工向社会保险经办机构申请办理社会保险登记。", Kind: KindPolicy, Level: "国家", Region: "全国"},
		{ID: "ans-1", Title: "养老保险关系怎么转移接续", Body: "换省工作，由新参保地申请，原参保地转出，不用来回跑。", Keywords: []string{"转移接续", "养老保险"}, Synonyms: []string{"社保怎么转过来"}, Kind: KindAnswer, Category: "养老保险", Level: "国家", Region: "全国"},
		{ID: "ans-2", Title: "失业金最多能领几个月", Body: "累计缴费满一年不足五年的，最长十二个月。", Keywords: []string{"领取期限"}, Kind: KindAnswer, Category: "失业保险", Level: "国家", Region: "全国", Basis: []string{"《社会保险法》第五十八条"}},
		{ID: "guide-s", Title: "社会保障卡补领", Body: "带身份证到服务窗口办理，三个工作日。", Kind: KindGuide, Category: "社会保障卡", Level: "省", Region: "甲省"},
		{ID: "guide-c", Title: "社会保障卡补领", Body: "带身份证到便民大厅办理，当场制卡。", Kind: KindGuide, Category: "社会保障卡", Level: "市", Region: "甲省乙市"},
		{ID: "guide-x", Title: "社会保障卡补领", Body: "带身份证到网点办理，十个工作日。", Kind: KindGuide, Category: "社会保障卡", Level: "市", Region: "丙省丁市"},
		{ID: "old", Title: "社会保险费滞纳金怎么算", Body: "按日加收千分之二的滞纳金。", Kind: KindAnswer, Category: "养老保险", Until: 20110630},
		{ID: "new", Title: "社会保险费滞纳金怎么算", Body: "按日加收万分之五的滞纳金。", Kind: KindAnswer, Category: "养老保险", From: 20110701},
	}
}

func build(t *testing.T, docs []Doc) *Index {
	t.Helper()
	dir := t.TempDir()
	if err := Create(dir, "r1", docs); err != nil {
		t.Fatal(err)
	}
	return open(t, dir)
}

func open(t *testing.T, dir string) *Index {
	t.Helper()
	x, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

func ids(t *testing.T, x *Index, q Query) (out []string) {
	t.Helper()
	r, err := x.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range r.Hits {
		out = append(out, h.ID)
	}
	return out
}

func TestFindsFirst(t *testing.T) {
	x := build(t, library())
	for query, want := range map[string]string{
		"养老保险 转移":    "ans-1",
		"养老保險 轉移":    "ans-1", // traditional
		"ｙｌｂｘ 转移":    "ans-1", // full width, initials
		"yanglaobx":  "ans-1",
		"yanglao转移":  "ans-1",
		"失业金能领多久":    "ans-2",
		"社保法58条":     "ins-58",
		"社会保险法第五十八条": "ins-58",
		"社会保险法 58":   "ins-58",
		"劳动合同法47":    "law-47",
		"辞退赔几个月":     "law-47",
		"社保怎么转过来":    "ans-1",
	} {
		if got := ids(t, x, Query{Text: query}); len(got) == 0 || got[0] != want {
			t.Errorf("%q finds %v, want %s first", query, got, want)
		}
	}
}

func TestRegionChooses(t *testing.T) {
	x := build(t, library())
	q := Query{Text: "社保卡补领", Kind: KindGuide}
	if got := ids(t, x, q); len(got) != 3 {
		t.Errorf("without a region %v, want all three guides", got)
	}
	q.Region = "甲省乙市"
	if got := ids(t, x, q); !slices.Equal(got, []string{"guide-c", "guide-s"}) {
		t.Errorf("at 甲省乙市 %v, want the city's guide, then the province's", got)
	}
	q.Region = "甲省戊市"
	if got := ids(t, x, q); !slices.Equal(got, []string{"guide-s"}) {
		t.Errorf("at 甲省戊市 %v, want the province's guide only", got)
	}
}

func TestDateOfTheFactsChooses(t *testing.T) {
	x := build(t, library())
	for day, want := range map[Date]string{20100101: "old", 20110630: "old", 20110701: "new", 20260101: "new"} {
		got := ids(t, x, Query{Text: "滞纳金怎么算", Date: day})
		if got[0] != want || slices.Contains(got, map[string]string{"old": "new", "new": "old"}[want]) {
			t.Errorf("on %d %v, want %s and not the other version", day, got, want)
		}
	}
	r, err := x.Search(context.Background(), Query{Text: "滞纳金怎么算", Date: 20260101, IncludeSuperseded: true})
	if err != nil || len(r.Hits) < 2 || r.Hits[0].ID != "new" {
		t.Fatalf("with superseded: %v, %v", r.Hits, err)
	}
	at := slices.IndexFunc(r.Hits, func(h Hit) bool { return h.ID == "old" })
	if at < 0 || r.Hits[at].State != StateExpired {
		t.Errorf("the superseded version is not found and marked: %v", r.Hits)
	}
}

func TestSaysWhy(t *testing.T) {
	x := build(t, append(library(), Doc{ID: "line", Title: "怎样找到热线", Body: "拨打 12333，没有 QQ 群。", Kind: KindAnswer}))
	for query, want := range map[string]string{
		"社保法58条":   "条号",
		"ylbx 转移":  "拼音 养老保险 转移",
		"辞退赔几个月":   "同义 辞退→",
		"滞纳金":      "标题 滞纳金",
		"按日加收万分之五": "正文 按日加收万分之五",
		"12333":    "正文 12333",
		"qq":       "正文 qq",
	} {
		r, err := x.Search(context.Background(), Query{Text: query})
		if err != nil || len(r.Hits) == 0 {
			t.Fatalf("%q: %v, %v", query, r.Hits, err)
		}
		if got := strings.Join(r.Hits[0].Why, "；"); !strings.Contains(got, want) {
			t.Errorf("%q: why is %q, want %q in it", query, got, want)
		}
	}
}

// A short name that the register gives a document stands for it, alone and with an article, and survives a change.
func TestFoundByShortName(t *testing.T) {
	x := build(t, append(library(),
		Doc{ID: "notice", Title: "大龄人员养老怎么缴", Kind: KindAnswer, Basis: []string{"大龄通知=《关于大龄领取失业保险金人员参加企业职工基本养老保险有关问题的通知》第二条"}},
		Doc{ID: "whole", Title: "失业期间谁缴", Kind: KindAnswer, Basis: []string{"大龄通知=《关于大龄领取失业保险金人员参加企业职工基本养老保险有关问题的通知》"}},
	))
	for range 2 {
		for query, want := range map[string]string{"大龄通知2条": "notice", "大龄通知第二条": "notice", "大龄通知": "notice whole"} {
			if got := strings.Join(ids(t, x, Query{Text: query}), " "); !strings.HasSuffix(got, want) {
				t.Errorf("%q finds %v, want %v", query, got, want)
			}
		}
		if err := x.Apply(context.Background(), "r2", []Doc{{ID: "more", Title: "别的"}}, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// An index of the version before answers, and is written anew as a whole while it does.
func TestEarlierIndexIsRenewed(t *testing.T) {
	dir := t.TempDir()
	if err := Create(dir, "r1", library()); err != nil {
		t.Fatal(err)
	}
	age(t, dir)
	x := open(t, dir)
	if !x.Outdated() || len(ids(t, x, Query{Text: "滞纳金"})) == 0 {
		t.Fatal("an index of the version before does not answer, or is taken for new")
	}
	if err := x.Renew(context.Background(), func(d Doc) (Doc, error) {
		if len(ids(t, x, Query{Text: "滞纳金"})) == 0 {
			t.Error("nothing is found while it is written")
		}
		d.Body += "重写"
		return d, nil
	}); err != nil {
		t.Fatal(err)
	}
	d, ok, err := x.Doc("old")
	if x.Outdated() || x.Revision() != "r1" || err != nil || !ok || !strings.HasSuffix(d.Body, "重写") {
		t.Errorf("after it: outdated %v, revision %s, %+v, %v", x.Outdated(), x.Revision(), d, err)
	}
	if again := open(t, dir); again.Outdated() || again.Len() != len(library()) {
		t.Errorf("opened again: %d documents", again.Len())
	}
}

// age makes the files of an index those of the version before.
func age(t *testing.T, dir string) {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join(dir, "*.idx"))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		copy(data, before)
		le.PutUint32(data[headerSize-4:], crc32.Checksum(data[:headerSize-4], castagnoli))
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// An article that is named comes first, then what rests on it, also where the base does not hold it; only the article
// itself counts as named.
func TestFoundByWhatItRestsOn(t *testing.T) {
	x := build(t, append(library(),
		Doc{ID: "injury", Title: "上下班路上出车祸", Kind: KindAnswer, Basis: []string{"《工伤保险条例》第十四条、第十五条之一"}},
	))
	for query, want := range map[string][]string{
		"社保法58条": {"ins-58", "ans-2"}, "社保法58条第一款": {"ins-58", "ans-2"}, "社会保险法第58条 失业金": {"ins-58", "ans-2"},
		"工伤条例14条": {"injury"}, "工伤条例十五条之一": {"injury"},
	} {
		r, err := x.Search(context.Background(), Query{Text: query})
		if err != nil || len(r.Hits) < len(want) {
			t.Fatalf("%q: %+v, %v", query, r.Hits, err)
		}
		for i, id := range want {
			if h := r.Hits[i]; h.ID != id || h.Named != (id == "ins-58") || !h.Named && !strings.HasPrefix(h.Why[0], "依据 ") {
				t.Errorf("%q finds %+v at %d, want %s", query, h, i, id)
			}
		}
	}
	for _, query := range []string{"工伤条例15条", "工伤条例16条"} {
		r, err := x.Search(context.Background(), Query{Text: query})
		if err != nil || slices.ContainsFunc(r.Hits, func(h Hit) bool { return strings.HasPrefix(h.Why[0], "依据") }) {
			t.Errorf("%q rests on another article: %+v, %v", query, r.Hits, err)
		}
	}
}

func TestFacetsCount(t *testing.T) {
	x := build(t, library())
	r, err := x.Search(context.Background(), Query{Text: "社会保障卡补领", Facets: true})
	if err != nil || r.Facets.Kind[KindGuide] != 3 || r.Facets.Level["市"] != 2 {
		t.Errorf("facets %+v, %v", r.Facets, err)
	}
}

func TestCancelledSearchEnds(t *testing.T) {
	x := build(t, library())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := x.Search(ctx, Query{Text: "养老"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestGivesBackWhatWasPutIn(t *testing.T) {
	docs := library()
	docs[3].Stored = []byte("原样\x00\xff")
	x := build(t, docs)
	for _, want := range docs {
		got, ok, err := x.Doc(want.ID)
		if err != nil || !ok || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("got %+v, %v, %v\nwant %+v", got, ok, err, want)
		}
	}
	n := 0
	if err := x.All(func(Doc) bool { n++; return true }); err != nil || n != len(docs) || x.Len() != n {
		t.Errorf("%d documents of %d, Len %d, %v", n, len(docs), x.Len(), err)
	}
}

func TestChangesAreSearchable(t *testing.T) {
	docs := library()
	for i := range 100 { // so that a change is a small one
		docs = append(docs, Doc{ID: fmt.Sprint("f", i), Title: fmt.Sprintf("无关的条目%d", i), Kind: KindAnswer})
	}
	x := build(t, docs)
	ctx := context.Background()
	change := Doc{ID: "ans-2", Title: "失业金标准", Body: "改过的正文", Kind: KindAnswer}
	added := Doc{ID: "ans-9", Title: "电子社保卡怎么领", Kind: KindAnswer}
	if err := x.Apply(ctx, "r2", []Doc{change, added}, []string{"ans-1"}); err != nil {
		t.Fatal(err)
	}
	check := func(x *Index) {
		t.Helper()
		if got := ids(t, x, Query{Text: "失业金标准"}); got[0] != "ans-2" {
			t.Errorf("changed article: %v", got)
		}
		if got := ids(t, x, Query{Text: "电子社保卡"}); got[0] != "ans-9" {
			t.Errorf("new article: %v", got)
		}
		if got := ids(t, x, Query{Text: "养老保险关系转移接续"}); slices.Contains(got, "ans-1") {
			t.Errorf("removed article still found: %v", got)
		}
		if x.Len() != len(docs) || x.Revision() != "r2" {
			t.Errorf("%d documents, revision %s", x.Len(), x.Revision())
		}
	}
	check(x)
	check(open(t, x.dir))
	if err := x.Apply(ctx, "r3", library()[3:4], nil); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, x, Query{Text: "养老保险关系转移接续"}); got[0] != "ans-1" {
		t.Errorf("article that came back: %v", got)
	}
	if d, _, err := x.Doc("ans-2"); err != nil || d.Body != "改过的正文" {
		t.Errorf("earlier change after another: %+v, %v", d, err)
	}
	if files, _ := filepath.Glob(filepath.Join(x.dir, "*.idx")); len(files) != 2 {
		t.Errorf("files %v, want a base and one change set", files)
	}
}

// Any series of changes leaves the documents that a map would hold.
func TestChangesLikeAMap(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "kb")
		if err != nil {
			r.Fatal(err)
		}
		want := map[string]string{}
		draw := func(label string) (docs []Doc) {
			for id := range rapid.MapOfN(rapid.IntRange(0, 30), rapid.Just(0), 0, 12).Draw(r, label) {
				d := Doc{ID: fmt.Sprint(id), Title: rapid.StringMatching("[社保养老金]{1,6}").Draw(r, "title"), Kind: KindAnswer}
				docs = append(docs, d)
				want[d.ID] = d.Title
			}
			return docs
		}
		if err := Create(dir, "0", draw("first")); err != nil {
			r.Fatal(err)
		}
		x, err := Open(dir)
		if err != nil {
			r.Fatal(err)
		}
		defer x.Close()
		for step := range rapid.IntRange(1, 3).Draw(r, "steps") {
			gone := fmt.Sprint(rapid.IntRange(0, 30).Draw(r, "gone"))
			delete(want, gone)
			changed := draw("changed")
			if slices.ContainsFunc(changed, func(d Doc) bool { return d.ID == gone }) {
				gone = "nobody"
			}
			if err := x.Apply(context.Background(), fmt.Sprint(step), changed, []string{gone}); err != nil {
				r.Fatal(err)
			}
			got := map[string]string{}
			if err := x.All(func(d Doc) bool { got[d.ID] = d.Title; return true }); err != nil {
				r.Fatal(err)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				r.Fatalf("holds %v, want %v", got, want)
			}
		}
	})
}

func TestSearchesGoOnWhileChanging(t *testing.T) {
	x := build(t, library())
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	for range 3 {
		wg.Go(func() {
			for ctx.Err() == nil {
				if got := ids(t, x, Query{Text: "失业金"}); len(got) == 0 || got[0] != "ans-2" {
					t.Errorf("found %v", got)
					return
				}
			}
		})
	}
	for i := range 8 {
		if err := x.Apply(ctx, fmt.Sprint(i), []Doc{{ID: "n", Title: fmt.Sprint("第", i, "次")}}, nil); err != nil {
			t.Error(err)
		}
	}
	cancel()
	wg.Wait()
}

func TestDamagedFilesAreNotOpened(t *testing.T) {
	x := build(t, library())
	path := filepath.Join(x.dir, x.now.Segments[0])
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	try := func(name string, bad []byte) {
		t.Helper()
		p := filepath.Join(dir, "bad.idx")
		if err := os.WriteFile(p, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := openSegment(p)
		if err == nil { // only the stored texts may differ
			for n := range uint32(s.Docs) {
				_, _ = s.doc(n)
			}
			s.close()
		} else if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	try("empty", nil)
	try("half", good[:len(good)/2])
	for i := 0; i < len(good); i += 97 {
		bad := slices.Clone(good)
		bad[i] ^= 0x10
		try(fmt.Sprint("byte ", i), bad)
	}
	if err := os.WriteFile(filepath.Join(x.dir, manifestName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(x.dir); !errors.Is(err, ErrDamaged) {
		t.Errorf("bad manifest: %v", err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNone) {
		t.Errorf("empty folder: %v", err)
	}
}

// changeForever changes an index until the process is killed.
func changeForever(dir string) error {
	x, err := Open(dir)
	for i := 0; err == nil; i++ {
		err = x.Apply(context.Background(), fmt.Sprint("k", i), []Doc{{ID: "n", Title: fmt.Sprint("第", i, "次")}}, nil)
		fmt.Println(i)
	}
	return err
}

func TestSurvivesBeingKilled(t *testing.T) {
	dir := t.TempDir()
	if err := Create(dir, "r1", library()); err != nil {
		t.Fatal(err)
	}
	for round := range 6 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "ZUOXI_TEST_CHANGE_FOREVER="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 2 + round { // in the middle of some change
			lines.Scan()
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
		}
		_ = cmd.Wait() // "signal: killed"
		x, err := Open(dir)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if x.Len() != len(library())+1 || !strings.HasPrefix(x.Revision(), "k") {
			t.Errorf("round %d: %d documents, revision %s", round, x.Len(), x.Revision())
		}
		x.Close()
	}
}
