package sms

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/store/sqlite"
	rule "zuoxi/rules/sms"
)

var noon = time.Date(2026, 3, 12, 4, 0, 0, 0, time.UTC)

// shelf is an outbox that only keeps.
type shelf struct{ posts store.Posts }

func (s shelf) Put(ctx context.Context, p store.Post) (store.Post, error) {
	p.ID, p.Direction, p.State, p.Created, p.Updated = store.NewID(noon), store.PostOut, store.PostQueued, noon, noon
	kept, err := s.posts.Create(ctx, p)
	if errors.Is(err, store.ErrDuplicate) {
		return s.posts.ByKey(ctx, p.Kind, store.PostOut, p.Key)
	}
	return kept, err
}

func (s shelf) Settle(ctx context.Context, kind, receipt, state string) error {
	list, _, err := s.posts.List(ctx, store.PostFilter{Kind: kind, Receipt: receipt})
	if err != nil || len(list) == 0 {
		return err
	}
	list[0].State = state
	_, err = s.posts.Update(ctx, list[0])
	return err
}

type house struct {
	*Service
	db   *store.Store
	keys *seal.Keys
	told []store.Post
}

func openHouse(t *testing.T, cfg Config) (*house, error) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &house{db: db, keys: seal.New()}
	cfg.Now, cfg.Log, cfg.District = func() time.Time { return noon }, slog.New(slog.DiscardHandler), "320000"
	cfg.Replied = func(p store.Post) { h.told = append(h.told, p) }
	h.Service, err = New(db.Posts, h.keys, shelf{db.Posts}, cfg)
	return h, err
}

func (h *house) number(t *testing.T, s string) seal.Value {
	t.Helper()
	v, err := h.keys.Phone(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestOrderAndReply(t *testing.T) {
	t.Parallel()
	h, err := openHouse(t, Config{Signature: "示例12333"})
	if err != nil {
		t.Fatal(err)
	}
	o := Order{Key: "c1", Agent: "8001", District: "320100", RecordID: "r1", Number: "0312-8001-1", To: h.number(t, "13900000042"), Template: "reply", Values: map[string]string{"答复": "可以补缴", "单号": "x"}}
	p, text, err := h.Send(t.Context(), o)
	if err != nil || !strings.Contains(text, "单号0312-8001-1") || !strings.Contains(text, "仅供参考") || !strings.Contains(text, "示例12333") {
		t.Fatalf("%q, %v", text, err)
	}
	if again, _, err := h.Send(t.Context(), o); err != nil || again.ID != p.ID {
		t.Errorf("ordered twice: %v, %v", again.ID, err)
	}
	for _, bad := range []Order{{To: o.To, Template: "none"}, {Template: "reply"}, {To: o.To, Template: "reply"}} {
		var fault *rule.FaultError
		if _, _, err := h.Send(t.Context(), bad); !errors.As(err, &fault) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	for range 2 { // the gateway hands it over twice
		if err := h.Reply(t.Context(), "+8613900000042", "我的证号 320199199001010019 \x1b[31m谢谢", "7", noon); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Reply(t.Context(), "13900000043", "打错了", "8", noon); err != nil {
		t.Fatal(err)
	}
	if len(h.told) != 2 || h.told[0].RecordID != "r1" || h.told[0].Agent != "8001" || h.told[1].RecordID != "" || h.told[1].District != "320000" {
		t.Fatalf("told %+v", h.told)
	}
	if got := Text(h.told[0]); strings.Contains(got, "19900101") || strings.Contains(got, "\x1b") || !strings.Contains(got, "谢谢") {
		t.Errorf("kept %q", got)
	}
}

func TestFileOfTemplates(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"[[template]]\nid = 'a'\ntitle = '甲'\ntext = '{事项}已办'": true,
		"[[template]]\nid = 'a'\ntitle = '甲'\ntext = '一定能办成'":  false,
		"[[template]]\nid = 'a'\ntitle = '甲'\ntext = '{事项已办'":  false,
		"[[template]\n": false,
	} {
		file := filepath.Join(t.TempDir(), "t.toml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openHouse(t, Config{Templates: file}); (err == nil) != good || err != nil && !errors.Is(err, ErrTemplates) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestFileMasksNumbers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sms.jsonl")
	f := NewFile(path)
	for range 2 {
		if _, err := f.Submit(t.Context(), "13900000042", "请带身份证"); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil || strings.Count(string(raw), "\n") != 2 || strings.Contains(string(raw), "13900000042") || !strings.Contains(string(raw), "139****0042") {
		t.Errorf("%q, %v", raw, err)
	}
}
