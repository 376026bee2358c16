// Package device keeps the register of the PCs that may come in: an invitation
// that works once, the certificate that it is exchanged for, and the end of a
// certificate before its time. The hub wires it to the door, whose authority
// signs and whose handshake asks Known. It promises that an invitation is good
// for one device and a day, that only its hash is kept, and that a revoked
// device is known as such before the command that revoked it is answered.
package device

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
)

// Invitations and names.
const (
	InviteLife = 24 * time.Hour
	inviteSize = 20 // letters of base32: 100 bits
	maxName    = 40
	deviceKey  = "device/"
	inviteKey  = "device.invite/"
)

// Errors for whoever asks; each is one line for the person.
var (
	ErrInvite  = errors.New("登记码不对、用过了或过期了 · 这台电脑没有登记 · 请管理员重新运行 zuoxi device invite")
	ErrUnknown = errors.New("没有登记过这台电脑 · 没有改动 · 请用 zuoxi device list 查看")
)

// Device is one registered PC.
type Device struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Issued  time.Time `json:"issued"`
	Until   time.Time `json:"until"`
	Revoked time.Time `json:"revoked,omitzero"`
}

// invite is what is kept of an invitation.
type invite struct {
	Name  string    `json:"name"`
	Until time.Time `json:"until"`
	Used  string    `json:"used,omitempty"` // the device that it became
}

// Signer makes certificates; the door's authority does.
type Signer interface {
	SignDevice(request []byte, id string) (cert []byte, until time.Time, err error)
}

// Register is the list of devices. Any goroutine may use it.
type Register struct {
	settings store.Settings
	signer   Signer
	district string
	now      func() time.Time

	mu    sync.RWMutex
	known map[string]Device
}

// Open reads the register.
func Open(ctx context.Context, settings store.Settings, district string, now func() time.Time) (*Register, error) {
	r := &Register{settings: settings, district: district, now: now, known: map[string]Device{}}
	all, err := settings.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the devices: %w", err)
	}
	for _, s := range all {
		if !strings.HasPrefix(s.Key, deviceKey) {
			continue
		}
		var d Device
		if err := json.Unmarshal([]byte(s.Value), &d); err != nil {
			return nil, fmt.Errorf("device %s: %w", s.Key, err)
		}
		r.known[d.ID] = d
	}
	return r, nil
}

// Sign names who makes certificates; nothing can be enrolled before.
func (r *Register) Sign(s Signer) { r.signer = s }

// Known tells whether the device may come in now.
func (r *Register) Known(id string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	d, ok := r.known[id]
	return ok && d.Revoked.IsZero()
}

// List gives the devices by name.
func (r *Register) List() []Device {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]Device, 0, len(r.known))
	for _, d := range r.known {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Device) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	return out
}

// Invite makes an invitation for one PC of that name.
func (r *Register) Invite(ctx context.Context, name string) (code string, until time.Time, err error) {
	raw := make([]byte, inviteSize*5/8+1)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the process instead
	letters := base32.StdEncoding.EncodeToString(raw)[:inviteSize]
	until = r.now().Add(InviteLife)
	value, err := json.Marshal(invite{Name: clean.Line(name, maxName), Until: until})
	if err != nil {
		return "", until, fmt.Errorf("writing an invitation: %w", err)
	}
	if _, err := r.settings.Put(ctx, store.Setting{Key: inviteKey + hashOf(letters), District: r.district, Value: string(value), Updated: r.now()}); err != nil {
		return "", until, fmt.Errorf("keeping an invitation: %w", err)
	}
	var groups []string
	for ; len(letters) > 0; letters = letters[4:] {
		groups = append(groups, letters[:4])
	}
	return strings.Join(groups, "-"), until, nil
}

func hashOf(code string) string {
	sum := sha256.Sum256([]byte(strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(code), "-", ""))))
	return hex.EncodeToString(sum[:16])
}

// Enrol exchanges an invitation for a certificate. Of two that come with the
// same one, the second is refused: the store keeps the first version only.
func (r *Register) Enrol(ctx context.Context, code string, request []byte) (Device, []byte, error) {
	kept, err := r.settings.Get(ctx, inviteKey+hashOf(code))
	if errors.Is(err, store.ErrNotFound) {
		return Device{}, nil, ErrInvite
	}
	if err != nil {
		return Device{}, nil, fmt.Errorf("reading an invitation: %w", err)
	}
	var in invite
	if err := json.Unmarshal([]byte(kept.Value), &in); err != nil || in.Used != "" || r.now().After(in.Until) {
		return Device{}, nil, ErrInvite
	}
	d := Device{ID: "pc-" + store.NewID(r.now()), Name: in.Name, Issued: r.now()}
	cert, until, err := r.signer.SignDevice(request, d.ID)
	if err != nil {
		return Device{}, nil, err
	}
	d.Until, in.Used = until, d.ID
	if err := r.put(ctx, kept, in); err != nil {
		if errors.Is(err, store.ErrConflict) {
			err = ErrInvite
		}
		return Device{}, nil, err
	}
	if err := r.keep(ctx, store.Setting{Key: deviceKey + d.ID}, d); err != nil {
		return Device{}, nil, err
	}
	return d, cert, nil
}

// Revoke ends a device's certificate.
func (r *Register) Revoke(ctx context.Context, id string) (Device, error) {
	r.mu.RLock()
	d, ok := r.known[id]
	r.mu.RUnlock()
	if !ok {
		return Device{}, ErrUnknown
	}
	kept, err := r.settings.Get(ctx, deviceKey+id)
	if err != nil {
		return Device{}, fmt.Errorf("reading a device: %w", err)
	}
	if d.Revoked.IsZero() {
		d.Revoked = r.now()
	}
	return d, r.keep(ctx, kept, d)
}

func (r *Register) keep(ctx context.Context, kept store.Setting, d Device) error {
	if err := r.put(ctx, kept, d); err != nil {
		return err
	}
	r.mu.Lock()
	r.known[d.ID] = d
	r.mu.Unlock()
	return nil
}

func (r *Register) put(ctx context.Context, kept store.Setting, v any) error {
	value, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing %s: %w", kept.Key, err)
	}
	kept.Value, kept.Updated, kept.District = string(value), r.now(), r.district
	if _, err := r.settings.Put(ctx, kept); err != nil {
		return fmt.Errorf("keeping a device: %w", err)
	}
	return nil
}
