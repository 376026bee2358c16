package hub

import (
	"bytes"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"zuoxi/hub/find"
	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// ledgerOf is a log that many write to.
type ledgerOf struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *ledgerOf) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// TestPlantedSecretsStayHidden takes a named complaint through everything that
// goes out, and looks for its persons in the log and in every file of the hub.
func TestPlantedSecretsStayHidden(t *testing.T) {
	log := &ledgerOf{}
	h := openOutsideHub(t, slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	r := h.save(complaint)
	h.link(r)
	h.until("the case at the body", func() bool { return len(h.theirs.Cases()) == 1 })
	h.sentText(t.Context(), h.agent, smsOrder(&wire.SMSSend{Template: "registered"}, "c1"), r.No)
	h.until("the text", func() bool { raw, _ := os.ReadFile(filepath.Join(h.cfg.Data, "sms.jsonl")); return len(raw) > 0 })
	if err := h.out.texts.Reply(t.Context(), "13900000042", "我是测试的，证号320199190001010019", "1", h.now()); err != nil {
		t.Fatal(err)
	}
	asker := find.Asker{No: "8001", District: "320100", Roles: []access.Role{access.RoleAgent}}
	for _, line := range []string{"13900000042", "320199190001010019", "xm:测试甲", "欠工资 天气:13900000042"} {
		_, _ = h.find.Find(t.Context(), asker, wire.Find{Line: line}) // the last cannot be meant
	}
	planted := []string{"13900000042", "320199190001010019", "测试甲", "测试乙"}
	for _, s := range planted {
		log.mu.Lock()
		if bytes.Contains(log.b.Bytes(), []byte(s)) {
			t.Errorf("the log tells %s", s)
		}
		log.mu.Unlock()
	}
	if _, err := h.db.Calls.CloseOrphans(t.Context(), h.now(), "test"); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(h.cfg.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, s := range planted {
			if bytes.Contains(raw, []byte(s)) {
				t.Errorf("%s holds %s", filepath.Base(path), s)
			}
		}
		return nil
	})
	if err != nil || files < 3 {
		t.Errorf("%d files read, %v", files, err)
	}
	if rows, _, err := h.audit.List(t.Context(), store.AuditFilter{}); err != nil || len(rows) < 5 {
		t.Errorf("%d rows of the audit log, %v", len(rows), err)
	}
}
