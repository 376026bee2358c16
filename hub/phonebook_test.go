package hub

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPhonebook(t *testing.T) {
	file := filepath.Join(t.TempDir(), "book.tsv")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# 值班\n025-12333\t南京市人社值班\t值班\n\n12345\t政务热线\n")
	book, err := readPhonebook(file)
	if err != nil || len(book) != 2 || book[0] != (Entry{"025-12333", "南京市人社值班", "值班"}) || book[1].Duty != "" {
		t.Errorf("%+v, %v", book, err)
	}
	write("12345\t政务热线\n号码\t谁\t什么\n")
	if _, err := readPhonebook(file); err == nil || !strings.Contains(err.Error(), "第 2 行") {
		t.Errorf("%v", err)
	}
	for _, e := range hotlines {
		if !dialable(strings.ReplaceAll(e.Number, "-", "")) || e.Who == "" {
			t.Errorf("%+v", e)
		}
	}
}
