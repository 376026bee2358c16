package replica

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"zuoxi/kb"
	"zuoxi/kb/search"
	"zuoxi/kb/starter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type rig struct {
	*testing.T
	shelf *Shelf
	now   time.Time
	key   ed25519.PublicKey
	base  *kb.Base
	dir   string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{T: t, key: pub, dir: t.TempDir(), now: time.Unix(1, 0)}
	if r.shelf, err = OpenShelf(t.TempDir(), priv, func() time.Time { return r.now }); err != nil {
		t.Fatal(err)
	}
	if r.base, err = kb.Open(t.TempDir(), nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.base.Close)
	return r
}

func (r *rig) publish(articles []kb.Article) {
	r.Helper()
	if _, err := r.shelf.Publish(articles); err != nil {
		r.Fatal(err)
	}
}

func (r *rig) pull(src kb.Source) (bool, error) {
	return Pull(context.Background(), src, r.key, r.base, r.dir, nil)
}

func articles(n int) (out []kb.Article) {
	for i := range n {
		out = append(out, kb.Article{ID: fmt.Sprintf("a-%03d", i), Edition: kb.Edition{Version: 1}, Title: fmt.Sprintf("第%d条", i), Kind: kb.Kinds[1], Body: "正文"})
	}
	return out
}

func TestPullsWholeThenChanges(t *testing.T) {
	r := newRig(t)
	list := articles(40)
	r.publish(list)
	if changed, err := r.pull(r.shelf); err != nil || !changed || r.base.Len() != 40 || Revision(r.base) != 1 {
		t.Fatalf("first pull: %v, %v, %d articles", changed, err, r.base.Len())
	}
	if changed, err := r.pull(r.shelf); err != nil || changed {
		t.Errorf("nothing new: %v, %v", changed, err)
	}
	list[3].Body, list[3].Version = "改了", 2
	r.publish(append(list[:39:39], kb.Article{ID: "new", Edition: kb.Edition{Version: 1}, Title: "新的"}))
	p, err := r.shelf.Latest(context.Background(), 1)
	if err != nil || p.From != 1 || p.To != 2 {
		t.Fatalf("offer %+v, %v", p, err)
	}
	if changed, err := r.pull(r.shelf); err != nil || !changed || r.base.Len() != 40 {
		t.Fatalf("second pull: %v, %v, %d articles", changed, err, r.base.Len())
	}
	for ref, want := range map[string]string{"a-003": "改了", "a-003@1": "正文", "new": "", "a-039@1": "正文"} {
		if a, ok, err := r.base.Get(ref); err != nil || !ok || a.Body != want {
			t.Errorf("%s: %q, %v, %v", ref, a.Body, ok, err)
		}
	}
	if _, ok, err := r.base.Get("a-039"); ok || err != nil {
		t.Errorf("removed article is still there: %v", err)
	}
	again, err := OpenShelf(r.shelf.dir, r.shelf.key, nil)
	if err != nil || again.Newest() != 2 {
		t.Errorf("shelf opened again is at %d, %v", again.Newest(), err)
	}
}

func TestSeatFarBehindGetsTheWhole(t *testing.T) {
	r := newRig(t)
	for n := range keepRevisions + 3 {
		r.publish(articles(n + 1))
	}
	for have, from := range map[int64]int64{3: 0, 4: 4} {
		p, err := r.shelf.Latest(context.Background(), have)
		if err != nil || p.From != from {
			t.Errorf("offer to who has %d: %+v, %v", have, p, err)
		}
	}
}

// cutting breaks a transfer off after some bytes, each time.
type cutting struct {
	kb.Source
	after   int64
	offsets []int64
}

func (c *cutting) Fetch(ctx context.Context, p kb.Package, offset int64) (io.ReadCloser, error) {
	c.offsets = append(c.offsets, offset)
	r, err := c.Source.Fetch(ctx, p, offset)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(r, c.after), r}, nil
}

func TestCutTransferGoesOn(t *testing.T) {
	r := newRig(t)
	list, err := starter.Articles()
	if err != nil {
		t.Fatal(err)
	}
	r.publish(list)
	src := &cutting{Source: r.shelf, after: 10_000}
	for try := 0; ; try++ {
		_, err := r.pull(src)
		if err == nil {
			break
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) || r.base.Len() != 0 || try > 100 {
			t.Fatalf("try %d: %v, %d articles", try, err, r.base.Len())
		}
	}
	for i, off := range src.offsets {
		if off != int64(i)*src.after {
			t.Errorf("transfer %d began at byte %d", i, off)
		}
	}
	if r.base.Len() != len(list) {
		t.Errorf("%d articles of %d", r.base.Len(), len(list))
	}
	if left, _ := filepath.Glob(filepath.Join(r.dir, "*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// bad alters what a source offers or sends.
type bad struct {
	kb.Source
	offer func(*kb.Package)
	data  func([]byte)
}

func (b bad) Latest(ctx context.Context, have int64) (kb.Package, error) {
	p, err := b.Source.Latest(ctx, have)
	if b.offer != nil {
		b.offer(&p)
	}
	return p, err
}

func (b bad) Fetch(ctx context.Context, p kb.Package, offset int64) (io.ReadCloser, error) {
	r, err := b.Source.Fetch(ctx, p, offset)
	if err != nil || b.data == nil {
		return r, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	b.data(data)
	return io.NopCloser(strings.NewReader(string(data))), err
}

func TestNothingUnsignedOrBrokenIsTaken(t *testing.T) {
	r := newRig(t)
	r.publish(articles(30))
	for name, c := range map[string]struct {
		src  bad
		want error
	}{
		"other revision": {bad{r.shelf, func(p *kb.Package) { p.To++ }, nil}, ErrUnsigned},
		"other sum":      {bad{r.shelf, func(p *kb.Package) { p.Sum[0]++ }, nil}, ErrUnsigned},
		"no signature":   {bad{r.shelf, func(p *kb.Package) { p.Signature = nil }, nil}, ErrUnsigned},
		"negative size":  {bad{r.shelf, func(p *kb.Package) { p.Size = -1 }, nil}, ErrUnsigned},
		"altered":        {bad{r.shelf, nil, func(b []byte) { b[len(b)/2] ^= 1 }}, ErrBroken},
	} {
		if _, err := r.pull(c.src); !errors.Is(err, c.want) || r.base.Len() != 0 {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if changed, err := r.pull(r.shelf); err != nil || !changed {
		t.Errorf("the good one afterwards: %v, %v", changed, err)
	}
}

// What the shelf cannot read any more does not stop a seat: it gets the whole, and the hub the newest that is left.
func TestUnreadableRevision(t *testing.T) {
	r := newRig(t)
	list := articles(30)
	r.publish(list)
	if _, err := r.pull(r.shelf); err != nil {
		t.Fatal(err)
	}
	had := r.shelf.Newest()
	list[0].Body, list[0].Version = "改", 2
	r.publish(list)
	if err := os.WriteFile(r.shelf.path(0, had), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if changed, err := r.pull(r.shelf); err != nil || !changed || Revision(r.base) != r.shelf.Newest() {
		t.Errorf("%v, %v, revision %d", changed, err, Revision(r.base))
	}
	if all, n := r.shelf.Library(); len(all) != 30 || n != r.shelf.Newest() {
		t.Errorf("%d articles of %d", len(all), n)
	}
	if err := os.WriteFile(r.shelf.path(0, had), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(r.shelf.path(0, r.shelf.Newest()), r.shelf.path(0, had)); err != nil {
		t.Fatal(err)
	}
	if all, n := r.shelf.Library(); len(all) != 30 || n != had {
		t.Errorf("%d articles of %d", len(all), n)
	}
}

func TestUnpackRefusesRubbish(t *testing.T) {
	good, err := pack(content{Changed: articles(3)})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"empty": "", "text": "hello", "half": string(good[:len(good)/2])} {
		if _, err := unpack(strings.NewReader(data)); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Ten thousand articles of the starter's length go over the wire in less than 8 MB.
func TestWholeLibraryIsSmall(t *testing.T) {
	list, err := starter.Articles()
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	var many []kb.Article
	for i := range 10_000 {
		a := list[i%len(list)]
		a.ID = fmt.Sprintf("m-%05d", i)
		parts := strings.SplitAfter(a.Body, "。")
		rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		other := list[rnd.IntN(len(list))].Body
		a.Body = strings.Join(parts, "") + string([]rune(other)[:100])
		many = append(many, a)
	}
	data, err := pack(content{Changed: many})
	if err != nil || len(data) > 8<<20 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	t.Logf("10,000 articles: %.2f MB", float64(len(data))/1e6)
}

// An article whose law changes on a day is on the shelf twice, and so at the seat.
func TestBothVersionsOfAChangeToComeArrive(t *testing.T) {
	r := newRig(t)
	list := articles(30)
	r.publish(list)
	if _, err := r.pull(r.shelf); err != nil {
		t.Fatal(err)
	}
	list[0].Scope.Expires = kb.Day{Year: 2026, Month: 12, Day: 31}
	later := kb.Article{ID: "a-000", Edition: kb.Edition{Version: 2, Previous: 1}, Title: "第0条", Kind: kb.Kinds[1], Body: "将来", Scope: kb.Scope{Effective: kb.Day{Year: 2027, Month: 1, Day: 1}}}
	for _, fresh := range []bool{false, true} {
		if fresh {
			r = newRig(t)
		}
		r.publish(append(list, later))
		if _, err := r.pull(r.shelf); err != nil {
			t.Fatal(err)
		}
		for day, want := range map[search.Date]string{20261201: "正文", 20270101: "将来"} {
			if a, ok, err := r.base.GetOn("a-000", day); err != nil || !ok || a.Body != want {
				t.Errorf("fresh %v, on %d: %q, %v, %v", fresh, day, a.Body, ok, err)
			}
			res, err := r.base.Search(context.Background(), search.Query{Text: "第0条", Date: day, Limit: 1})
			if err != nil || len(res.Hits) == 0 || res.Hits[0].Snippet != want {
				t.Errorf("fresh %v, searched on %d: %+v, %v", fresh, day, res.Hits, err)
			}
		}
	}
	list = articles(30) // taken back, which is a version too
	list[0].Version = 3
	r.publish(list)
	if _, err := r.pull(r.shelf); err != nil {
		t.Fatal(err)
	}
	if a, ok, err := r.base.Get("a-000"); err != nil || !ok || a.Body != "正文" || r.base.Len() != 30 {
		t.Errorf("taken back: %+v, %v, %v, %d articles", a, ok, err, r.base.Len())
	}
}

// A hub that was put back from a backup has lower versions and an older shelf; what it says counts.
func TestHubPutBackIsFollowed(t *testing.T) {
	r := newRig(t)
	list := articles(40)
	r.publish(list)
	if _, err := r.pull(r.shelf); err != nil {
		t.Fatal(err)
	}
	backup := t.TempDir()
	if err := os.CopyFS(backup, os.DirFS(r.shelf.dir)); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(time.Hour)
	list[3].Body, list[3].Version = "后来丢失的", 2
	r.publish(list)
	if _, err := r.pull(r.shelf); err != nil {
		t.Fatal(err)
	}
	back, err := OpenShelf(backup, r.shelf.key, r.shelf.now)
	if err != nil {
		t.Fatal(err)
	}
	r.shelf, r.now = back, r.now.Add(time.Hour)
	says := func(when, want string) {
		t.Helper()
		if changed, err := r.pull(r.shelf); err != nil || !changed {
			t.Fatalf("%s: %v, %v", when, changed, err)
		}
		if a, ok, err := r.base.Get("a-003"); err != nil || !ok || a.Body != want || Revision(r.base) != r.shelf.Newest() {
			t.Errorf("%s: %q, %v, %v, revision %d", when, a.Body, ok, err, Revision(r.base))
		}
	}
	says("put back", "正文")
	for n, body := range []string{"重新写的", "再改"} {
		list[3].Body, list[3].Version = body, n+2
		r.publish(list)
		says(body, body)
	}
	if a, ok, err := r.base.Get("a-003@2"); err != nil || !ok || a.Body != "重新写的" {
		t.Errorf("version 2: %q, %v, %v", a.Body, ok, err)
	}
}

// What an agent imported on their own PC goes when the hub's library comes.
func TestLocalImportGivesWay(t *testing.T) {
	r := newRig(t)
	for _, body := range []string{"自己的", "又改"} {
		if _, err := r.base.Import(context.Background(), "local", []kb.Article{{ID: "a-000", Title: "第0条", Kind: kb.Kinds[1], Body: body}}); err != nil {
			t.Fatal(err)
		}
	}
	r.publish(articles(2))
	if _, err := r.pull(r.shelf); err != nil {
		t.Fatal(err)
	}
	if a, ok, err := r.base.Get("a-000"); err != nil || !ok || a.Body != "正文" || a.Version != 1 || r.base.Len() != 2 {
		t.Errorf("%+v, %v, %v, %d articles", a, ok, err, r.base.Len())
	}
}

// chained is a rig whose hub has an article of 2020 that is rewritten in 2099; step changes the hub's library and brings
// it to the seat.
func chained(t *testing.T) (r *rig, hub *kb.Base, step func(change func() error)) {
	t.Helper()
	r = newRig(t)
	hub, err := kb.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hub.Close)
	step = func(change func() error) {
		t.Helper()
		var all []kb.Article
		if err := errors.Join(change(), hub.All(func(a kb.Article) bool { all = append(all, a); return true })); err != nil {
			t.Fatal(err)
		}
		r.publish(all)
		if changed, err := r.pull(r.shelf); err != nil || !changed {
			t.Fatal(changed, err)
		}
	}
	list := articles(30)
	list[0].Scope.Effective = kb.Day{Year: 2020, Month: 1, Day: 1}
	later := list[0]
	later.Body, later.Scope.Effective = "将来", kb.Day{Year: 2099, Month: 1, Day: 1}
	for _, l := range [][]kb.Article{list, {later}} {
		step(func() error { _, err := hub.Import(context.Background(), "r", l); return err })
	}
	if r.base.Len() != 31 {
		t.Fatalf("%d articles", r.base.Len())
	}
	return r, hub, step
}

// What is to come is withdrawn by itself, and then what applies.
func TestWithdrawnVersionByVersion(t *testing.T) {
	r, hub, step := chained(t)
	for left := 30; left >= 29; left-- {
		step(func() error { _, err := hub.Remove(context.Background(), "r", "a-000"); return err })
		for name, b := range map[string]*kb.Base{"hub": hub, "seat": r.base} {
			res, err := b.Search(context.Background(), search.Query{Text: "第0条", Limit: 1, Date: 20990101})
			found := len(res.Hits) > 0 && strings.HasPrefix(res.Hits[0].ID, "a-000")
			if err != nil || b.Len() != left || found != (left == 30) {
				t.Errorf("%s: %d articles, %+v, %v", name, b.Len(), res.Hits, err)
			}
			if a, ok, err := b.Get("a-000"); err != nil || ok != (left == 30) || ok && (a.Body != "正文" || !a.Scope.Expires.IsZero()) {
				t.Errorf("%s: %+v, %v, %v", name, a, ok, err)
			}
			for ref, want := range map[string]string{"a-000@1": "正文", "a-000@2": "将来"} {
				if a, ok, err := b.Get(ref); err != nil || !ok || a.Body != want {
					t.Errorf("%s shows %s: %q, %v, %v", name, ref, a.Body, ok, err)
				}
			}
		}
	}
}

// An agreed wording and a correction reach what applies at the seats too, by the change set and by the whole.
func TestChangesOfEveryVersionArrive(t *testing.T) {
	r, hub, step := chained(t)
	agreed := func(wording []kb.Standard) func() error {
		return func() error {
			_, err := hub.Edit(context.Background(), "r", []string{"a-000"}, func(a *kb.Article) { a.Standards = wording })
			return err
		}
	}
	correction := articles(1)
	correction[0].Body, correction[0].Scope.Effective = "更正", kb.Day{Year: 2020, Month: 1, Day: 1}
	for _, c := range []struct {
		change    func() error
		now       string
		standards int
	}{
		{agreed([]kb.Standard{{ID: "kj", Wording: "照此"}}), "正文", 1},
		{func() error { _, err := hub.Import(context.Background(), "r", correction); return err }, "更正", 1},
		{agreed(nil), "更正", 0},
	} {
		step(c.change)
		fresh := newRig(t)
		fresh.key = r.key
		if _, err := fresh.pull(r.shelf); err != nil {
			t.Fatal(err)
		}
		for name, b := range map[string]*kb.Base{"hub": hub, "seat": r.base, "new seat": fresh.base} {
			for day, want := range map[search.Date]string{20261201: c.now, 20990101: "将来"} {
				a, ok, err := b.GetOn("a-000", day)
				if err != nil || !ok || a.Body != want || len(a.Standards) != c.standards || b.Len() != 31 {
					t.Errorf("%s on %d: %+v, %v, %v, %d articles", name, day, a, ok, err, b.Len())
				}
			}
		}
	}
}

func TestPulledLibraryIsSearched(t *testing.T) {
	r := newRig(t)
	list, err := starter.Articles()
	if err != nil {
		t.Fatal(err)
	}
	r.publish(list)
	if _, err := r.pull(r.shelf); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(r.shelf.dir); err != nil { // the link is cut
		t.Fatal(err)
	}
	res, err := r.base.Search(context.Background(), search.Query{Text: "社保卡挂失"})
	if err != nil || len(res.Hits) == 0 || res.Hits[0].ID != "sbk-002" {
		t.Errorf("%+v, %v", res.Hits, err)
	}
}
