package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"zuoxi/internal/clean"
	"zuoxi/kb"
	"zuoxi/wire"
)

// listProblems writes what is wrong where, a line each; the last line says what that means.
func (a *run) listProblems(err error) {
	var r *kb.Refusal
	if !errors.As(err, &r) || len(r.Problems) < 2 || a.json {
		return
	}
	for _, p := range r.Problems {
		_, _ = fmt.Fprintln(a.Err, p.Error())
	}
	if r.More > 0 {
		_, _ = fmt.Fprintf(a.Err, "还有 %d 处没有列出\n", r.More)
	}
}

// checked is what an import would do.
type checked struct {
	New       []string `json:"new"`
	Changed   []string `json:"changed"`
	Same      int      `json:"same"`
	Converted []string `json:"converted,omitempty"`
}

func (a *run) kbCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check 目录|文件", Short: "只检查不导入：哪里不对，和本机的一份比哪些是新的、哪些改了", Args: exactArgs("目录或文件"),
		RunE: func(_ *cobra.Command, args []string) error {
			batch, err := kb.Load(args[0])
			if err != nil {
				a.listProblems(err)
				return refused(err)
			}
			b, err := a.openBase()
			if err != nil {
				return err
			}
			defer b.Close()
			turn, err := b.InTurn(batch.Articles)
			if err != nil {
				return refused(err)
			}
			out := checked{New: []string{}, Changed: []string{}, Same: len(batch.Articles) - len(turn), Converted: batch.Converted}
			for _, art := range turn {
				old, ok, err := b.Get(art.ID)
				if err != nil {
					return fmt.Errorf("reading the article: %w", err)
				}
				switch {
				case !ok:
					out.New = append(out.New, art.ID)
				case art.Says(old):
					out.Same++
				default:
					out.Changed = append(out.Changed, art.ID)
				}
			}
			return a.print(out, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "都读得懂：新 %d 条，改 %d 条，未变 %d 条\n", len(out.New), len(out.Changed), out.Same)
				for _, id := range out.Changed {
					_, _ = fmt.Fprintln(w, "改："+id)
				}
			})
		},
	}
}

// exports are the forms of an export that are one file.
var exports = map[string]func([]kb.Article) ([]byte, error){".jsonl": kb.JSONL, ".csv": kb.CSV, ".xlsx": kb.XLSX}

func (a *run) kbExport() *cobra.Command {
	return &cobra.Command{
		Use: "export 目录|文件.jsonl|文件.csv|文件.xlsx", Short: "导出本机的一份知识库；导出的原样导得回来", Args: exactArgs("目录或文件"),
		RunE: func(_ *cobra.Command, args []string) error {
			b, err := a.openBase()
			if err != nil {
				return err
			}
			defer b.Close()
			var list []kb.Article
			if err := b.All(func(art kb.Article) bool { list = append(list, art); return true }); err != nil {
				return fmt.Errorf("reading the library: %w", err)
			}
			if len(list) == 0 {
				return &fault{code: wire.CodeNotFound, text: "本机还没有知识库 · 没有导出 · 先登录一次坐席让它同步"}
			}
			if err := exportTo(args[0], list); err != nil {
				return err
			}
			return a.print(map[string]int{"articles": len(list)}, func(w io.Writer) { _, _ = fmt.Fprintf(w, "已导出 %d 条\n", len(list)) })
		},
	}
}

func exportTo(path string, list []kb.Article) error {
	if write, ok := exports[strings.ToLower(filepath.Ext(path))]; ok {
		data, err := write(list)
		if err != nil {
			return &fault{code: wire.CodeInvalid, text: err.Error() + " · 没有导出", err: err}
		}
		return cannotWrite(path, os.WriteFile(path, data, 0o600))
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return cannotWrite(path, err)
	}
	newest := kb.Newest(list)
	for _, art := range list {
		if !kb.ValidID(art.ID) {
			return &fault{code: wire.CodeInvalid, text: "编号“" + clean.Line(art.ID, 40) + "”不能作文件名 · 没有导出完 · 请导出成 .jsonl，或在编辑台换掉编号"}
		}
		text, err := art.Markdown()
		if err == nil {
			err = os.WriteFile(filepath.Join(path, art.Key(newest)+".md"), text, 0o600)
		}
		if err != nil {
			return cannotWrite(path, err)
		}
	}
	return nil
}

func cannotWrite(path string, err error) error {
	if err == nil {
		return nil
	}
	return &fault{code: wire.CodeInvalid, text: "写不进去（" + path + "） · 没有导出完 · 请检查目录和权限", err: err}
}
