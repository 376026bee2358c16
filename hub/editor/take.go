package editor

import (
	"context"
	"errors"
	"fmt"

	"zuoxi/hub/store"
	"zuoxi/kb"
	"zuoxi/kb/govern"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// Import makes drafts of articles, all or none, as if who had written each. What says the same as what is published
// is passed over; a draft of who's own is written anew, any other version under way refuses all.
func (d *Desk) Import(ctx context.Context, who Person, list []kb.Article) (r kb.Report, err error) {
	if !who.can(access.KBImport) {
		return r, access.Check(role(who), access.KBImport, access.Other)
	}
	d.steps.Lock()
	defer d.steps.Unlock()
	var files []file
	turn, err := d.base().InTurn(list)
	if err != nil {
		return kb.Report{}, plainly(err, "什么都没有导入 · 改好后再导入")
	}
	r.Same = len(list) - len(turn)
	seen := map[string]bool{}
	for _, a := range turn {
		if seen[a.ID] {
			return kb.Report{}, refuse(wire.CodeInvalid, "编号 "+a.ID+" 的两版不能一起起草 · 什么都没有导入 · 请先导入早的一版，发布后再导入晚的")
		}
		seen[a.ID] = true
		old, ok, err := d.base().Before(a)
		if err != nil {
			return kb.Report{}, err
		}
		switch {
		case ok && a.Says(old):
			r.Same++
			continue
		case ok:
			r.Change(a.ID)
		default:
			r.Add(a.ID)
		}
		f, err := d.blank(ctx, who, a)
		if err != nil {
			return kb.Report{}, err
		}
		files = append(files, f)
	}
	if len(files) >= batchFrom {
		r.Batch = batchRef(store.NewID(d.cfg.Now()), govern.StateDraft)
		id, _, _ := batchOf(r.Batch)
		for i := range files {
			files[i].row.Batch = id
		}
	}
	if err := d.draft(ctx, files); err != nil {
		return kb.Report{}, err
	}
	d.cfg.Moved()
	return r, nil
}

// blank is the draft that an imported article goes into.
func (d *Desk) blank(ctx context.Context, who Person, a kb.Article) (file, error) {
	f, err := d.drawer(ctx, who, "", kindArticle, a.ID)
	if errors.Is(err, underWay) {
		if f.doc.State != govern.StateDraft || f.doc.Author != who.No {
			return f, refuse(wire.CodeConflict, a.ID+" 已经有一稿在编写或审核 · 什么都没有导入 · 请先办完那一稿，或从文件里去掉它")
		}
	} else if err != nil {
		return f, err
	}
	f.doc.Article, f.doc.Author = a, who.No
	now := d.cfg.Now()
	if f.row.Version == 0 {
		f.row.Created = now
	}
	return f, f.pack(now)
}

// draft keeps all or none.
func (d *Desk) draft(ctx context.Context, files []file) error {
	return d.cfg.DB.Tx(ctx, func(p store.Ports) error {
		for _, f := range files {
			var err error
			if f.row.Version == 0 {
				err = p.KBEntries.Create(ctx, f.row)
			} else {
				_, err = p.KBEntries.Update(ctx, f.row)
			}
			if err != nil {
				return fmt.Errorf("keeping the draft of %s: %w", f.row.Subject, err)
			}
		}
		return nil
	})
}
