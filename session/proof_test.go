package session

import "testing"

func TestKnowsWhoSignedIn(t *testing.T) {
	t.Parallel()
	s := &Session{}
	if s.Knows("") || s.Knows("synthetic-3027") {
		t.Error("knows somebody though nobody is signed in")
	}
	s.proof.Store(newProof("synthetic-x 123456"))
	for typed, want := range map[string]bool{"synthetic-x 123456": true, "synthetic-x ": true, "synthetic-y ": false, "": false, "123456": false} {
		if s.Knows(typed) != want {
			t.Errorf("%q: %v", typed, !want)
		}
	}
	s.proof.Store(newProof("ab123456"))
	if s.Knows("ab") {
		t.Error("two letters unlock a password that ends in digits")
	}
}
