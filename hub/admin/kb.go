package admin

import (
	"context"
	"encoding/json"

	"zuoxi/kb"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// maxUpload bounds a file that is imported: five years of articles.
const maxUpload = 64 << 20

// upload is a file that comes in pieces: a message holds 256 KiB.
type upload struct {
	name string
	data []byte
}

// piece is a part of a file; the last one has End and is answered with what
// the import did, every other with nothing.
type piece struct {
	Name   string `json:"name"`
	Offset int64  `json:"offset"`
	Data   []byte `json:"data"`
	End    bool   `json:"end"`
	// Publish puts articles on the seats at once; without it they are drafts for the editors' desk.
	Publish bool `json:"publish,omitempty"`
}

var errNoKB = &errAsker{wire.CodeNotFound, "中心没有知识库 · 没有执行 · 请检查配置"}

func (s *Service) kbImport(ctx context.Context, a *ask) (any, error) {
	if s.KB == nil {
		return nil, errNoKB
	}
	whole, err := a.collect()
	if err != nil || whole == nil {
		return nil, err
	}
	direct, err := read[piece](a)
	if err != nil {
		return nil, err
	}
	if !direct.Publish {
		return s.kbDraft(ctx, a, whole)
	}
	if err := a.who.may(access.KBDirect, "", ""); err != nil {
		return nil, err
	}
	if err := s.note(ctx, a, string(access.KBDirect), "kb", ""); err != nil {
		return nil, err
	}
	out, err := s.KB.Import(ctx, whole.name, whole.data)
	if err != nil {
		return nil, bad(err.Error())
	}
	return out, nil
}

// kbDraft makes drafts of what came: nothing reaches the seats that one person alone has seen.
func (s *Service) kbDraft(ctx context.Context, a *ask, whole *upload) (any, error) {
	if s.Knowledge == nil {
		return nil, errNoKB
	}
	list, err := s.KB.Read(whole.name, whole.data)
	if err != nil {
		return nil, bad(err.Error())
	}
	if err := s.note(ctx, a, string(access.KBImport), "kb", ""); err != nil {
		return nil, err
	}
	return s.Knowledge.Draft(ctx, a.who, list)
}

// collect takes the next piece of a file, and gives the whole with the last.
func (a *ask) collect() (*upload, error) {
	in, err := read[piece](a)
	if err != nil {
		return nil, err
	}
	u := a.upload
	if in.Offset == 0 {
		*u = upload{name: in.Name}
	}
	switch {
	case in.Name != u.name || in.Offset != int64(len(u.data)):
		*u = upload{}
		return nil, bad("文件没有按顺序传来 · 什么都没有导入 · 请重新导入")
	case len(u.data)+len(in.Data) > maxUpload:
		*u = upload{}
		return nil, bad("文件超过 64 MiB · 什么都没有导入 · 请分成几个文件")
	}
	u.data = append(u.data, in.Data...)
	if !in.End {
		return nil, nil
	}
	whole := *u
	*u = upload{}
	return &whole, nil
}

// Knowledge is the editors' desk; it asks for the right that each message needs.
type Knowledge interface {
	Ask(ctx context.Context, who Person, b wire.Body) (any, error)
	// Draft makes drafts of all the articles or of none, and says what they change.
	Draft(ctx context.Context, who Person, list []kb.Article) (any, error)
}

// kbDesk hands a message of the editors' desk on: the arguments of the command are those of the message.
func kbDesk(message func() wire.Body) func(*Service, context.Context, *ask) (any, error) {
	return func(s *Service, ctx context.Context, a *ask) (any, error) {
		b := message()
		if err := json.Unmarshal(a.args, b); err != nil {
			return nil, bad("命令的参数看不懂 · 没有执行 · 请核对两边的版本")
		}
		if s.Knowledge == nil {
			return nil, errNoKB
		}
		return s.Ask(ctx, a.who, b)
	}
}
