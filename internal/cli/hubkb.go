package cli

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"zuoxi/kb"
	"zuoxi/kb/replica"
	"zuoxi/kb/starter"
)

// hubBase is the hub's knowledge base: what the administrator imports and the
// seats copy.
type hubBase struct {
	base   *kb.Base
	shelf  *replica.Shelf
	public []byte

	importing sync.Mutex
}

// openHubBase opens it, with the starter articles where nothing was ever in it. A damaged one is put aside, and what was
// published last takes its place: the hub has calls to take, whatever became of its articles. note is one line about that.
func openHubBase(ctx context.Context, dir string) (h *hubBase, note string, err error) {
	b, damage, err := kb.Rescue(filepath.Join(dir, "base"))
	if err != nil {
		return nil, "", fmt.Errorf("opening the hub's knowledge base: %w", err)
	}
	h = &hubBase{base: b}
	if damage == nil && b.Verify() != nil {
		err = b.SetAside()
	}
	if err == nil {
		note, err = h.open(ctx, dir)
	}
	if err != nil {
		b.Close()
		return nil, "", err
	}
	return h, note, nil
}

func (h *hubBase) open(ctx context.Context, dir string) (note string, err error) {
	key, err := signingKey(filepath.Join(dir, "signing.key"))
	if err != nil {
		return "", err
	}
	h.public = key.Public().(ed25519.PublicKey)
	if h.shelf, err = replica.OpenShelf(filepath.Join(dir, "shelf"), key, nil); err != nil {
		return "", fmt.Errorf("opening the shelf of packages: %w", err)
	}
	if h.base.Revision() != "" {
		return "", nil
	}
	return h.fill(ctx)
}

// fill fills a library that is empty.
func (h *hubBase) fill(ctx context.Context) (note string, err error) {
	if articles, revision := h.shelf.Library(); revision > 0 {
		err := h.Change(ctx, func(b *kb.Base, name string) error {
			_, err := b.Replace(ctx, name, articles)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("taking what was published last: %w", err)
		}
		return fmt.Sprintf("知识库损坏或丢失，已用 %s 发布的 %d 条恢复 · 坐席照常查 · 请在编辑台核对最近的发布",
			time.Unix(revision, 0).Format("2006-01-02 15:04"), len(articles)), nil
	}
	if h.base.WasSetAside() { // the seats have more than the starter articles
		return "知识库损坏，也没有发布过的可以恢复 · 坐席用各自的副本，中心暂时没有 · 请停下中心、从备份放回 kb 目录再编辑，否则坐席的条目会被换掉", nil
	}
	first, err := starter.Articles()
	if err == nil {
		_, err = h.take(ctx, first)
	}
	if err != nil {
		return "", fmt.Errorf("taking the starter articles: %w", err)
	}
	return "", nil
}

// signingKey reads the key that signs packages, or makes it at the first start.
func signingKey(path string) (ed25519.PrivateKey, error) {
	seed, err := os.ReadFile(path)
	if err == nil && len(seed) == ed25519.SeedSize {
		return ed25519.NewKeyFromSeed(seed), nil
	}
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the key %s that signs knowledge packages cannot be read: %w", path, errors.Join(err, fs.ErrInvalid))
	}
	seed = make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the key's folder: %w", err)
	}
	if err := os.WriteFile(path, seed, 0o600); err != nil {
		return nil, fmt.Errorf("keeping the signing key: %w", err)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// Base implements editor.Library.
func (h *hubBase) Base() *kb.Base { return h.base }

// Change implements editor.Library: it puts the library on the shelf as the
// next revision after a change.
func (h *hubBase) Change(_ context.Context, change func(b *kb.Base, revision string) error) error {
	h.importing.Lock()
	defer h.importing.Unlock()
	if err := change(h.base, newRevision()); err != nil {
		return err
	}
	var all []kb.Article
	if err := h.base.All(func(a kb.Article) bool { all = append(all, a); return true }); err != nil {
		return fmt.Errorf("reading the library: %w", err)
	}
	if _, err := h.shelf.Publish(all); err != nil {
		return fmt.Errorf("publishing the library: %w", err)
	}
	return nil
}

// take imports articles.
func (h *hubBase) take(ctx context.Context, articles []kb.Article) (report kb.Report, err error) {
	err = h.Change(ctx, func(b *kb.Base, revision string) error {
		report, err = b.Import(ctx, revision, articles)
		return err
	})
	return report, err
}

// Import implements hub.KnowledgeBase: articles as the command line packs them,
// or one file as its author wrote it.
func (h *hubBase) Import(ctx context.Context, name string, data []byte) (any, error) {
	articles, err := readUpload(name, data)
	if err != nil {
		return nil, err
	}
	return h.take(ctx, articles)
}

// Read implements hub.KnowledgeBase.
func (h *hubBase) Read(name string, data []byte) ([]kb.Article, error) { return readUpload(name, data) }

func readUpload(name string, data []byte) ([]kb.Article, error) {
	switch {
	case name == "articles.json":
		var list []kb.Article
		if err := json.Unmarshal(data, &list); err != nil {
			return nil, fmt.Errorf("上传的条目读不懂 · 没有导入 · 请用同一版本的 zuoxi 再试：%w", err)
		}
		return kb.Checked("上传的条目", list)
	case strings.HasSuffix(name, ".jsonl"):
		return kb.ParseJSONL(name, bytes.NewReader(data))
	}
	return nil, fmt.Errorf("不认识的文件 %s · 没有导入 · 请用 .jsonl 或目录", name)
}
