package hub

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/secret"
)

// secondPrefix is where the second factor of an account is kept.
const secondPrefix = "totp/"

// second is the one-time code of an account: its sealed key, and the step that
// was used last, so that a code which was overheard is worth nothing.
type second struct {
	Key  seal.Value `json:"key"`
	Last int64      `json:"last"`
}

// factors keeps the second factors.
type factors struct {
	settings store.Settings
	keys     *seal.Keys
	now      func() time.Time
}

func (x factors) get(ctx context.Context, no string) (second, store.Setting, error) {
	kept, err := x.settings.Get(ctx, secondPrefix+no)
	if errors.Is(err, store.ErrNotFound) {
		return second{}, store.Setting{Key: secondPrefix + no}, nil
	}
	if err != nil {
		return second{}, kept, fmt.Errorf("reading the second factor: %w", err)
	}
	var s second
	if err := json.Unmarshal([]byte(kept.Value), &s); err != nil {
		return s, kept, fmt.Errorf("reading the second factor: %w", err)
	}
	return s, kept, nil
}

func (x factors) put(ctx context.Context, kept store.Setting, s second) error {
	value, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("writing the second factor: %w", err)
	}
	kept.Value, kept.Updated = string(value), x.now()
	if _, err := x.settings.Put(ctx, kept); err != nil {
		return fmt.Errorf("keeping the second factor: %w", err)
	}
	return nil
}

// check tells whether an account has a second factor, and whether code is it.
func (x factors) check(ctx context.Context, no, code string) (has, right bool, err error) {
	s, kept, err := x.get(ctx, no)
	if err != nil || s.Key.IsZero() {
		return false, false, err
	}
	text, err := x.keys.Open(seal.KindText, s.Key)
	if err != nil {
		return true, false, fmt.Errorf("opening the second factor: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return true, false, fmt.Errorf("opening the second factor: %w", err)
	}
	step, ok := secret.Check(key, code, x.now(), s.Last)
	if !ok {
		return true, false, nil
	}
	s.Last = step
	switch err := x.put(ctx, kept, s); {
	case errors.Is(err, store.ErrConflict):
		return true, false, nil // the same code, twice at once
	case err != nil:
		return true, false, err
	}
	return true, true, nil
}

// Give makes a new second factor and returns what the authenticator needs.
func (x factors) Give(ctx context.Context, no string) (string, error) {
	_, kept, err := x.get(ctx, no)
	if err != nil {
		return "", err
	}
	key := make([]byte, secret.SecretSize)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the process instead
	sealed, err := x.keys.Text(base64.StdEncoding.EncodeToString(key))
	if err != nil {
		return "", err
	}
	return secret.URL(key, no), x.put(ctx, kept, second{Key: sealed})
}

// Take removes it.
func (x factors) Take(ctx context.Context, no string) error {
	_, kept, err := x.get(ctx, no)
	if err != nil || kept.Version == 0 {
		return err
	}
	return x.put(ctx, kept, second{})
}

func (h *Hub) factors() factors { return factors{settings: h.db.Settings, keys: h.keys, now: h.now} }
