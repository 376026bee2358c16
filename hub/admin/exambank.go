package admin

import (
	"context"
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

func (s *Service) examStats(ctx context.Context, a *ask) (any, error) {
	if err := s.note(ctx, a, "exam.stats", "exam", ""); err != nil {
		return nil, err
	}
	return s.Bank.Stats(ctx)
}

func (s *Service) examBank(context.Context, *ask) (any, error) { return s.Bank.Questions(), nil }
