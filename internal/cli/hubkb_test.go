package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zuoxi/kb"
)

// A hub whose library was altered by a bad disk starts with what it published last, and without any when that is gone
// too: the seats' copies are not replaced by the starter articles.
func TestHubStartsOnADamagedLibrary(t *testing.T) {
	for name, harm := range harms {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			start := func(want string, use func(h *hubBase)) {
				t.Helper()
				h, note, err := openHubBase(t.Context(), dir)
				if err != nil {
					t.Fatal(err)
				}
				defer h.base.Close()
				if (note == "") != (want == "") || !strings.Contains(note, want) {
					t.Errorf("said %q, want %q", note, want)
				}
				use(h)
			}
			edited := kb.Article{ID: "sbk-002", Title: "挂失", Kind: kb.Kinds[1], Body: "改过的"}
			var all int
			var published int64
			start("", func(h *hubBase) {
				if _, err := h.take(t.Context(), []kb.Article{edited}); err != nil {
					t.Fatal(err)
				}
				all, published = h.base.Len(), h.shelf.Newest()
			})
			harm(t, filepath.Join(dir, "base"))
			start("恢复", func(h *hubBase) {
				if a, ok, err := h.base.Get("sbk-002"); err != nil || !ok || a.Body != "改过的" || a.Version != 2 || h.base.Len() != all {
					t.Errorf("%+v, %v, %v, %d articles of %d", a, ok, err, h.base.Len(), all)
				}
				if p, err := h.Offer(t.Context(), uint64(published)); err != nil || p.From != published || p.To == published {
					t.Errorf("offered to the seats: %+v, %v", p, err)
				}
			})
			start("", func(*hubBase) {})
			harm(t, filepath.Join(dir, "base"))
			if err := os.RemoveAll(filepath.Join(dir, "shelf")); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				start("从备份放回", func(h *hubBase) {
					if revision, _ := h.Head(); revision != 0 || h.base.Len() != 0 {
						t.Errorf("revision %d, %d articles", revision, h.base.Len())
					}
				})
			}
		})
	}
}
