package kb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"zuoxi/kb/search"
)

// A damaged library opens empty, takes articles again, and keeps what earlier versions said and what was damaged.
func TestDamagedLibraryIsPutAside(t *testing.T) {
	b, ctx := library(t), context.Background()
	for _, body := range []string{"一", "二"} {
		if _, err := b.Import(ctx, body, []Article{{ID: "f", Title: "失业金", Kind: Kinds[1], Body: body}}); err != nil {
			t.Fatal(err)
		}
	}
	list := filepath.Join(b.dir, indexFolder, "CURRENT")
	for range 2 { // the second time something lies aside already
		if err := os.WriteFile(list, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		again, damage, err := Rescue(b.dir)
		if err != nil || !errors.Is(damage, ErrDamaged) || again.Len() != 0 || !again.WasSetAside() {
			t.Fatalf("rescued: %v, %v", damage, err)
		}
		if _, err := again.Search(ctx, search.Query{Text: "失业金"}); !errors.Is(err, ErrNone) {
			t.Errorf("searched while it is empty: %v", err)
		}
		if _, err := again.Replace(ctx, "r", []Article{{ID: "f", Edition: Edition{Version: 2}, Title: "失业金", Kind: Kinds[1], Body: "二"}}); err != nil {
			t.Fatal(err)
		}
		for ref, want := range map[string]string{"f": "二", "f@1": "一"} {
			if a, ok, err := again.Get(ref); err != nil || !ok || a.Body != want {
				t.Errorf("%s: %q, %v, %v", ref, a.Body, ok, err)
			}
		}
		again.Close()
	}
	if b, damage, err := Rescue(t.TempDir()); err != nil || damage != nil || b.WasSetAside() {
		t.Errorf("an empty folder: %v, %v", damage, err)
	}
}
