package cli

import (
	"context"
	"crypto/ed25519"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/kb"
	"zuoxi/kb/replica"
	"zuoxi/kb/starter"
	"zuoxi/session"
	"zuoxi/ui/lookup"
)

// shelved hands out what is on a shelf, as the hub does.
type shelved struct{ *replica.Shelf }

func (s shelved) FetchKB(ctx context.Context, from, to uint64, offset int64, size int) (session.KBPart, error) {
	if to == 0 {
		p, err := s.Latest(ctx, int64(from))
		return session.KBPart{From: uint64(p.From), To: uint64(p.To), Total: p.Size, Sum: p.Sum, Signature: p.Signature}, err
	}
	r, err := s.Fetch(ctx, kb.Package{From: int64(from), To: int64(to)}, offset)
	if err != nil {
		return session.KBPart{}, err
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(io.LimitReader(r, int64(size)))
	return session.KBPart{From: from, To: to, Offset: offset, Data: data}, err
}

// harms are what may become of a copy on a bad disk.
var harms = map[string]func(t *testing.T, folder string){
	"bad list of files": func(t *testing.T, folder string) {
		writeFile(t, filepath.Join(folder, "index", "CURRENT"), []byte("{"))
	},
	"file gone": func(t *testing.T, folder string) {
		if err := os.Remove(indexFile(t, folder)); err != nil {
			t.Fatal(err)
		}
	},
	"file cut off": func(t *testing.T, folder string) {
		if err := os.Truncate(indexFile(t, folder), 5000); err != nil {
			t.Fatal(err)
		}
	},
	"text altered": alterText,
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func indexFile(t *testing.T, folder string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "index", "*.idx"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	return names[0]
}

// alterText turns a bit in the part of the index that opening does not check.
func alterText(t *testing.T, folder string) {
	t.Helper()
	name := indexFile(t, folder)
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for at := len(good) - 1; at > 0; at -= 5000 {
		bad := append([]byte(nil), good...)
		bad[at] ^= 1
		writeFile(t, name, bad)
		b, err := kb.Open(folder, nil)
		if err != nil {
			continue
		}
		err = b.Verify()
		if b.Close(); err != nil {
			return
		}
	}
	t.Fatal("every bit is checked when the library is opened")
}

// A copy that a bad disk altered is put aside and fetched as a whole; until then nothing that is missing in it is taken
// for an answer.
func TestDamagedCopyIsFetchedAgain(t *testing.T) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := replica.OpenShelf(t.TempDir(), key, nil)
	if err != nil {
		t.Fatal(err)
	}
	articles, err := starter.Articles()
	if err != nil {
		t.Fatal(err)
	}
	for i := range articles { // they apply on the day of the test too
		articles[i].Scope.Effective, articles[i].Scope.Expires = kb.Day{}, kb.Day{}
	}
	revision, err := shelf.Publish(articles)
	if err != nil {
		t.Fatal(err)
	}
	head := session.KBHead{Revision: uint64(revision), Key: public}
	for name, harm := range harms {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				folder := t.TempDir()
				ask := lookup.Query{Text: "社保卡挂失"}
				sit := func(use func(l *library)) {
					l := openLibrary(folder, slog.New(slog.DiscardHandler))
					ctx, stop := context.WithCancel(t.Context())
					done := make(chan struct{})
					go func() { defer close(done); l.follow(ctx, shelved{shelf}, filepath.Join(folder, "arriving")) }()
					synctest.Wait()
					use(l)
					stop()
					<-done
					l.close()
				}
				connect := func(l *library) {
					l.headChanged(head)
					synctest.Wait()
					if r := l.Search(t.Context(), ask); r.Failed || r.Total == 0 || l.Copy().Trouble != lookup.Sound || l.Copy().Checked.IsZero() {
						t.Errorf("with the hub: %+v, %+v", r, l.Copy())
					}
				}
				sit(connect)
				harm(t, folder)
				sit(func(l *library) {
					if r := l.Search(t.Context(), ask); !r.Failed || l.Copy().Trouble != lookup.Damaged {
						t.Errorf("damaged: %+v, %+v", r, l.Copy())
					}
					connect(l)
				})
				if _, err := os.Stat(filepath.Join(folder, "index-damaged")); err != nil {
					t.Errorf("nothing is left to look at: %v", err)
				}
			})
		})
	}
}

// Damage that is found again before anybody saw to the first stops nobody, and no frame reads the disk for the copy's age.
func TestDamageStopsNobody(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := openLibrary(folder, slog.New(slog.DiscardHandler))
		defer l.close()
		synctest.Wait()
		writeFile(t, l.note, []byte("100"))
		if c := l.Copy(); !c.Checked.IsZero() {
			t.Errorf("read again: %+v", c)
		}
		for range 2 {
			l.mind(kb.ErrDamaged)
			l.broken.Store(false) // a package has arrived meanwhile
		}
		if len(l.torn) != 1 {
			t.Errorf("%d are to be seen to", len(l.torn))
		}
	})
}

// Who asks what is wrong with the knowledge base is told, and what they are told to do helps.
func TestDoctorTellsOfTheCopy(t *testing.T) {
	home := t.TempDir()
	ask := func(args ...string) result { return zuoxi(t, map[string]string{"ZUOXI_HOME": home}, args...) }
	says := func(want string) {
		t.Helper()
		if r := ask("doctor"); !strings.Contains(r.out, want) {
			t.Errorf("want %q:\n%s%s", want, r.out, r.err)
		}
	}
	says("知识库：还没有")
	article := filepath.Join(t.TempDir(), "a.jsonl")
	writeFile(t, article, []byte(`{"id":"a","title":"社保卡挂失","kind":"问题解答","body":"打电话"}`+"\n"))
	if r := ask("kb", "import", article); r.code != 0 {
		t.Fatal(r.err)
	}
	says("正常  知识库：1 条，在本机导入的")
	lists, _ := filepath.Glob(filepath.Join(home, "*", "*", "kb", "index", "CURRENT"))
	if len(lists) != 1 {
		t.Fatal(lists)
	}
	writeFile(t, lists[0], []byte("{"))
	says("注意  知识库：损坏了")
	if r := ask("kb", "import", article); r.code != 0 || !strings.Contains(r.err, "index-damaged") {
		t.Errorf("imported again: %+v", r)
	}
	if r := ask("kb", "search", "挂失"); r.code != 0 || !strings.Contains(r.out, "社保卡挂失") {
		t.Errorf("searched: %+v", r)
	}
	b, err := kb.Open(filepath.Dir(filepath.Dir(lists[0])), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Replace(t.Context(), strconv.FormatInt(time.Now().Add(-49*time.Hour).Unix(), 10), []kb.Article{{ID: "a", Title: "社保卡挂失"}})
	if b.Close(); err != nil {
		t.Fatal(err)
	}
	says("已 2 天没有核对")
}
