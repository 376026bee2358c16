package editor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zuoxi/hub/store"
	"zuoxi/kb/govern"
	"zuoxi/wire"
)

// A large import is worked on as a whole: what came together and stands in the same state is one line of the list, and
// one step takes all of it or none. Each entry keeps its own steps, so four eyes see a batch as they see a single text.
const (
	batchFrom   = 20 // drafts of one import that make a batch
	batchShown  = 500
	batchPrefix = "batch:" // with the state behind a slash, names a batch in a list
)

func batchRef(id string, s govern.State) string { return batchPrefix + id + "/" + string(s) }

// batchOf reads what batchRef wrote.
func batchOf(ref string) (id string, s govern.State, ok bool) {
	rest, ok := strings.CutPrefix(ref, batchPrefix)
	id, state, both := strings.Cut(rest, "/")
	return id, govern.State(state), ok && both
}

// batchRows are the lines of the batches in some state.
func (d *Desk) batchRows(all []store.KBBatch, s govern.State) (out []wire.KBRow) {
	for _, b := range all {
		if b.State == string(s) {
			out = append(out, wire.KBRow{
				ID: batchRef(b.Batch, s), Title: batchTitle(int(b.Count)), State: b.State, Label: s.Label(), Who: b.Author, At: b.Updated,
			})
		}
	}
	return out
}

func batchTitle(n int) string { return fmt.Sprintf("一批导入，%d 条", n) }

// batch reads the entries of a batch that stand in a state.
func (d *Desk) batch(ctx context.Context, id string, s govern.State) (out []*file, err error) {
	f := store.KBFilter{Batch: id, State: string(s), Page: store.Page{Limit: store.MaxPage}}
	for {
		rows, next, err := d.cfg.DB.KBEntries.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			one, err := read(r)
			if err != nil {
				return nil, err
			}
			out = append(out, &one)
		}
		if f.After = next; next == "" {
			break
		}
	}
	if len(out) == 0 {
		return nil, errNothing
	}
	return out, nil
}

// showBatch lays a batch out as an entry: the steps are those that its entries allow, the text lists them.
func (d *Desk) showBatch(ctx context.Context, who Person, ref string) (*wire.KBEntry, error) {
	id, s, _ := batchOf(ref)
	files, err := d.batch(ctx, id, s)
	if err != nil {
		return nil, err
	}
	first := files[0]
	var text strings.Builder
	for i, f := range files {
		if i == batchShown {
			fmt.Fprintf(&text, "……还有 %d 条\n", len(files)-i)
			break
		}
		line := f.row.Subject + " " + f.row.Title
		if marks := f.doc.Article.Marks(d.today()); len(marks) > 0 {
			line += "（" + strings.Join(marks, "、") + "）"
		}
		text.WriteString(line + "\n")
	}
	return &wire.KBEntry{
		Entry: ref, Article: batchTitle(len(files)), State: string(s), Label: s.Label(), Author: first.row.Author, Batch: len(files),
		Markdown: text.String(), Allowed: moves(first.doc, who), Steps: stepped(first.doc),
	}, nil
}

// stepBatch takes a step with all entries of a batch, or with none.
func (d *Desk) stepBatch(ctx context.Context, who Person, b wire.KBStep) (*wire.KBEntry, error) {
	id, s, _ := batchOf(b.ID)
	files, err := d.batch(ctx, id, s)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		err := f.take(who, govern.Step(b.Step), b.Why, d)
		var no *Refusal
		switch {
		case errors.As(err, &no):
			return nil, refuse(no.Code, f.row.Subject+" "+no.Text+"，整批都没有动")
		case err != nil:
			return nil, err
		}
	}
	if err := d.cfg.Audit(ctx, who, "kb."+b.Step, fmt.Sprintf("kb/%s%s（%d 条）", batchPrefix, id, len(files)), b.Why); err != nil {
		return nil, err
	}
	if err := d.carryOut(ctx, who, s, files); err != nil {
		return nil, err
	}
	return d.showBatch(ctx, who, batchRef(id, files[0].doc.State))
}
