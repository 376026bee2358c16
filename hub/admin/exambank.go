package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
)

// Bank is what papers are drawn from.
type Bank interface {
	// Import takes all of a file or nothing; a fault is told with file and line.
	Import(ctx context.Context, name string, data []byte) (any, error)
	// Export writes the questions: xlsx or yaml.
	Export(w io.Writer, format string) error
	// Stats measures the questions by what people answered.
	Stats(ctx context.Context) (any, error)
	// Questions lists them with what is to be looked at again.
	Questions() any
	// Preview draws what an order would draw, and keeps nothing.
	Preview(ctx context.Context, args json.RawMessage) (any, error)
}

func (s *Service) examImport(ctx context.Context, a *ask) (any, error) {
	whole, err := a.collect()
	if err != nil || whole == nil {
		return nil, err
	}
	if err := s.note(ctx, a, "exam.import", "exam", whole.name); err != nil {
		return nil, err
	}
	return s.Bank.Import(ctx, whole.name, whole.data)
}

func (s *Service) examExport(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		Format string `json:"format"`
	}](a)
	if err != nil {
		return nil, err
	}
	if in.Format != "xlsx" && in.Format != "yaml" {
		return nil, bad("只能导出 xlsx 或 yaml · 没有导出 · 请改文件名的后缀")
	}
	if err := s.note(ctx, a, "exam.export", "exam", in.Format); err != nil {
		return nil, err
	}
	return s.written(a, func(w io.Writer) error { return s.Bank.Export(w, in.Format) })
}

// examPreview shows questions with their answers, therefore it stands in the log.
func (s *Service) examPreview(ctx context.Context, a *ask) (any, error) {
	if err := s.note(ctx, a, "exam.preview", "exam", ""); err != nil {
		return nil, err
	}
	return s.Bank.Preview(ctx, a.args)
}

// examTake is the exported bank by pieces, for a seat: a file cannot follow an answer there.
func (s *Service) examTake(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		Format string `json:"format"`
		Offset int    `json:"offset"`
	}](a)
	if err != nil {
		return nil, err
	}
	if in.Format != "xlsx" && in.Format != "yaml" {
		return nil, bad("只能导出 xlsx 或 yaml · 没有导出 · 请改文件名的后缀")
	}
	if in.Offset == 0 {
		if err := s.note(ctx, a, "exam.export", "exam", in.Format); err != nil {
			return nil, err
		}
		var whole bytes.Buffer
		if err := s.Bank.Export(&whole, in.Format); err != nil {
			return nil, fmt.Errorf("exporting the bank: %w", err)
		}
		*a.upload = upload{name: takenBank, data: whole.Bytes()}
	}
	if a.upload.name != takenBank || in.Offset < 0 || in.Offset > len(a.upload.data) {
		return nil, bad("导出中断了 · 没有写出文件 · 请重新导出")
	}
	end := min(in.Offset+takePiece, len(a.upload.data))
	return map[string]any{"data": a.upload.data[in.Offset:end], "more": end < len(a.upload.data)}, nil
}

// takePiece is how much of an exported bank one message carries; takenBank is its name in between.
const (
	takePiece = 128 << 10
	takenBank = "exported bank"
)

func (s *Service) examStats(ctx context.Context, a *ask) (any, error) {
	if err := s.note(ctx, a, "exam.stats", "exam", ""); err != nil {
		return nil, err
	}
	return s.Bank.Stats(ctx)
}

func (s *Service) examBank(context.Context, *ask) (any, error) { return s.Bank.Questions(), nil }
