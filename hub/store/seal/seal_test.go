package seal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	testPhone = "13900000042"
	testIDNo  = "110101190001010011"
)

func TestPhoneIsSealedAndFound(t *testing.T) {
	k := New()
	v, err := k.Phone("+86 139-0000-0042")
	if err != nil {
		t.Fatal(err)
	}
	if v.Masked != "139****0042" {
		t.Errorf("masked = %q", v.Masked)
	}
	if !bytes.Equal(v.Hash, k.Hash(KindPhone, testPhone)) || !bytes.Equal(v.Tail, k.TailHash(KindPhone, "0042")) {
		t.Error("the number is not found by its whole or by its last four")
	}
	if bytes.Equal(v.Hash, k.Hash(KindIDNo, testPhone)) {
		t.Error("a phone hash must not equal the hash of another kind")
	}
	plain, err := k.Open(KindPhone, v)
	if err != nil || plain != testPhone {
		t.Errorf("Open = %q, %v", plain, err)
	}
	if _, err := k.Open(KindIDNo, v); !errors.Is(err, ErrBroken) {
		t.Errorf("opened as another kind: %v", err)
	}
	if s := fmt.Sprintf("%v %s", v, v); strings.Contains(s, testPhone) {
		t.Error("printing a value shows the number")
	}
}

func TestOneNumberHasOneForm(t *testing.T) {
	for _, typed := range []string{
		"13900000042", "013900000042", "+8613900000042", "008613900000042",
		"8613900000042", "139 0000 0042", "１３９００００００４２", "139-0000-0042",
	} {
		if got := normalPhone(typed); got != testPhone {
			t.Errorf("normalPhone(%q) = %q", typed, got)
		}
	}
	if got := normalPhone("0311-80000042"); got != "031180000042" {
		t.Errorf("a fixed line became %q", got)
	}
	if got := normalPhone("010-80000042"); got != "01080000042" {
		t.Errorf("a Beijing line became %q", got)
	}
	if got := normalIDNo(" 11010119000101001x "); got != "11010119000101001X" {
		t.Errorf("normalIDNo = %q", got)
	}
}

func TestMasks(t *testing.T) {
	k := New()
	id, err := k.IDNo(testIDNo)
	if err != nil || id.Masked != "110***********0011" {
		t.Errorf("id masked = %q, %v", id.Masked, err)
	}
	name, err := k.Name("测试人甲")
	if err != nil || name.Masked != "测*" {
		t.Errorf("name masked = %q, %v", name.Masked, err)
	}
	short, err := k.Phone("110")
	if err != nil || short.Masked != "***" || short.Tail != nil {
		t.Errorf("short number: %+v, %v", short, err)
	}
	if none, err := k.Phone(""); err != nil || !none.IsZero() {
		t.Errorf("an empty number was sealed: %+v, %v", none, err)
	}
}

func TestSealOpenProperty(t *testing.T) {
	k := New()
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.StringN(1, 200, -1).Draw(t, "plain")
		v, err := k.Text(plain)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.Open(KindText, v); err != nil || got != plain {
			t.Fatalf("Open = %q, %v", got, err)
		}
		at := rapid.IntRange(0, len(v.Cipher)-1).Draw(t, "at")
		v.Cipher[at] ^= 1
		if _, err := k.Open(KindText, v); err == nil {
			t.Fatal("a changed value was opened")
		}
	})
}

func TestKeyFileRotates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "hub.key")
	k, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v", info, err)
	}
	v, err := k.Phone(testPhone)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	again, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := again.Phone(testPhone)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []Value{v, fresh} {
		if plain, err := again.Open(KindPhone, v); err != nil || plain != testPhone {
			t.Fatalf("after rotation: %q, %v", plain, err)
		}
	}
	if _, err := k.Open(KindPhone, fresh); !errors.Is(err, ErrKey) {
		t.Errorf("the old keys opened a new value: %v", err)
	}
	if !bytes.Equal(again.Hash(KindPhone, testPhone), v.Hash) {
		t.Error("rotation changed the search key")
	}
}

func TestKeyFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hub.key")
	if _, err := Load(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); !errors.Is(err, ErrKeyFileOpen) {
		t.Errorf("a key file others can read: %v", err)
	}
	for _, bad := range []string{"", "seal k1 xx\n", "seal k1\n", "what k1 AAAA\n", "# only a comment\n"} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); !errors.Is(err, ErrKeyFileBad) {
			t.Errorf("key file %q: %v", bad, err)
		}
	}
}

func TestDerivedKeysDiffer(t *testing.T) {
	k := New()
	id, a, err := k.Derive("recording", "")
	if err != nil || id != "k1" {
		t.Fatalf("Derive = %q, %v", id, err)
	}
	_, b, err := k.Derive("backup", id)
	if err != nil || bytes.Equal(a, b) {
		t.Errorf("two uses share a key: %v", err)
	}
	if _, _, err := k.Derive("recording", "k9"); !errors.Is(err, ErrKey) {
		t.Errorf("unknown key id: %v", err)
	}
}

func TestPassword(t *testing.T) {
	cheap := Cost{MemoryKiB: 64, Passes: 1, Threads: 1}
	h := HashPassword("Zuoxi-12333!", cheap)
	if !CheckPassword(h, "Zuoxi-12333!") || CheckPassword(h, "zuoxi-12333!") {
		t.Error("the password check is wrong")
	}
	if CheckPassword("", "nobody") || CheckPassword("$argon2id$broken", "nobody") {
		t.Error("an unknown agent signed in")
	}
	if c, _, sum, err := parseHash(nobody()); err != nil || c != DefaultCost || len(sum) != sumSize {
		t.Errorf("an unknown agent is compared at a cost of %+v: %v", c, err)
	}
	if again := HashPassword("Zuoxi-12333!", cheap); again == h {
		t.Error("two hashes share their salt")
	}
}
