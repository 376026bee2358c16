package story

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// Keyring is what a desktop has for passwords: a message bus of its own with a
// Secret Service on it, always unlocked, that forgets everything at its end. A
// seat uses it with DBUS_SESSION_BUS_ADDRESS=Address().
type Keyring struct {
	bus  *exec.Cmd
	addr string
	conn *dbus.Conn

	mu    sync.Mutex
	items []*secretItem

	stuck  chan struct{} // not nil: nothing is answered until it is closed
	locked bool          // nobody ever answers the question for its password
}

// The names of the Secret Service, as freedesktop.org has them.
const (
	secrets    = "org.freedesktop.secrets"
	secretPath = dbus.ObjectPath("/org/freedesktop/secrets")
	secretAt   = dbus.ObjectPath("/org/freedesktop/secrets/aliases/default")
	promptAt   = dbus.ObjectPath("/org/freedesktop/secrets/prompt")
	noPrompt   = dbus.ObjectPath("/")
)

// secret is how a secret travels.
type secret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

type secretItem struct {
	ring  *Keyring
	path  dbus.ObjectPath
	attrs map[string]string
	value []byte
	gone  bool
}

// Keyring starts a keyring in this world.
func (w *World) Keyring() (*Keyring, error) {
	k := &Keyring{}
	k.bus = exec.Command("dbus-daemon", "--session", "--nofork", "--print-address", "--address=unix:path="+filepath.Join(w.Dir, "bus"))
	out, err := k.bus.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("keyring's bus: %w", err)
	}
	if err := k.bus.Start(); err != nil {
		return nil, fmt.Errorf("keyring's bus: %w", err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		k.addr = strings.TrimSpace(line)
		err = k.serve()
	}
	if err != nil {
		k.Close()
		return nil, fmt.Errorf("keyring: %w", err)
	}
	return k, nil
}

func (k *Keyring) serve() (err error) {
	if k.conn, err = dbus.Connect(k.addr); err != nil {
		return fmt.Errorf("reaching the bus: %w", err)
	}
	for iface, at := range map[string]dbus.ObjectPath{"Service": secretPath, "Collection": secretAt, "Session": secretPath + "/session"} {
		err = errors.Join(err, k.conn.Export(k, at, "org.freedesktop.Secret."+iface))
	}
	reply, rerr := k.conn.RequestName(secrets, dbus.NameFlagDoNotQueue)
	if rerr == nil && reply != dbus.RequestNameReplyPrimaryOwner {
		rerr = errors.New("somebody else has the name")
	}
	return errors.Join(err, rerr)
}

// Address is where programs find the bus.
func (k *Keyring) Address() string { return k.addr }

// Freeze makes it answer nothing from now on, as a daemon that was stopped.
func (k *Keyring) Freeze() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stuck = make(chan struct{})
}

// Lock makes it ask for its own password from now on, which nobody types.
func (k *Keyring) Lock() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.locked = true
	if err := k.conn.Export(prompt{}, promptAt, "org.freedesktop.Secret.Prompt"); err != nil {
		return fmt.Errorf("locking the keyring: %w", err)
	}
	return nil
}

// prompt is a window that stays open.
type prompt struct{}

// Prompt shows it; Completed never follows.
func (prompt) Prompt(string) *dbus.Error { return nil }

// Close ends service and bus; everything kept is gone.
func (k *Keyring) Close() {
	k.mu.Lock()
	if k.stuck != nil {
		close(k.stuck)
	}
	k.mu.Unlock()
	if k.conn != nil {
		_ = k.conn.Close()
	}
	_ = k.bus.Process.Kill()
	_ = k.bus.Wait()
}

// The rest is called over the bus. A call that this service does not know is
// refused by the library, as any service would.

// begin takes the lock for an answer; a frozen keyring gives none.
func (k *Keyring) begin() {
	k.mu.Lock()
	if stuck := k.stuck; stuck != nil {
		k.mu.Unlock()
		<-stuck
		k.mu.Lock()
	}
}

// OpenSession is of the service: secrets travel plain.
func (k *Keyring) OpenSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	k.begin()
	defer k.mu.Unlock()
	return dbus.MakeVariant(""), secretPath + "/session", nil
}

// Unlock is of the service.
func (k *Keyring) Unlock(paths []dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	k.begin()
	defer k.mu.Unlock()
	if k.locked {
		return []dbus.ObjectPath{}, promptAt, nil
	}
	return paths, noPrompt, nil
}

// SearchItems is of the collection.
func (k *Keyring) SearchItems(want map[string]string) ([]dbus.ObjectPath, *dbus.Error) {
	k.begin()
	defer k.mu.Unlock()
	found := []dbus.ObjectPath{}
	for _, i := range k.items {
		if !i.gone && maps.Equal(i.attrs, want) {
			found = append(found, i.path)
		}
	}
	return found, nil
}

// CreateItem is of the collection; what has the same attributes is replaced.
func (k *Keyring) CreateItem(props map[string]dbus.Variant, s secret, _ bool) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	attrs, ok := props["org.freedesktop.Secret.Item.Attributes"].Value().(map[string]string)
	if !ok {
		return noPrompt, noPrompt, dbus.MakeFailedError(errors.New("an item without attributes"))
	}
	k.begin()
	defer k.mu.Unlock()
	for _, i := range k.items {
		if maps.Equal(i.attrs, attrs) {
			i.value, i.gone = s.Value, false
			return i.path, noPrompt, nil
		}
	}
	i := &secretItem{ring: k, path: secretPath + dbus.ObjectPath("/item/i"+strconv.Itoa(len(k.items))), attrs: attrs, value: s.Value}
	if err := k.conn.Export(i, i.path, "org.freedesktop.Secret.Item"); err != nil {
		return noPrompt, noPrompt, dbus.MakeFailedError(err)
	}
	k.items = append(k.items, i)
	return i.path, noPrompt, nil
}

// GetSecret is of an item.
func (i *secretItem) GetSecret(session dbus.ObjectPath) (secret, *dbus.Error) {
	i.ring.mu.Lock()
	defer i.ring.mu.Unlock()
	return secret{Session: session, Parameters: []byte{}, Value: i.value, ContentType: "text/plain"}, nil
}

// Delete is of an item.
func (i *secretItem) Delete() (dbus.ObjectPath, *dbus.Error) {
	i.ring.mu.Lock()
	defer i.ring.mu.Unlock()
	i.gone = true
	return noPrompt, nil
}
