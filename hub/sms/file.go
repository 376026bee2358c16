package sms

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"zuoxi/rules/mask"
)

// File is a gateway that sends nothing: it writes each text, the number masked,
// as a line of JSON. Demos and trials use it.
type File struct {
	path string
	mu   sync.Mutex
	n    int
}

// NewFile makes it; the file is made with the first text.
func NewFile(path string) *File { return &File{path: path} }

// Submit implements Gateway.
func (f *File) Submit(_ context.Context, number, text string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	receipt := "file-" + strconv.FormatInt(time.Now().UnixNano(), 36) + "-" + strconv.Itoa(f.n)
	line, err := json.Marshal(map[string]string{"receipt": receipt, "to": mask.Phone(number), "text": text})
	if err != nil {
		return "", fmt.Errorf("encoding a text: %w", err)
	}
	out, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("opening the file of texts: %w", err)
	}
	_, err = out.Write(append(line, '\n'))
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", fmt.Errorf("writing a text: %w", err)
	}
	return receipt, nil
}

// Run implements Gateway: there is no connection to keep.
func (f *File) Run(ctx context.Context) { <-ctx.Done() }
