package device

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"zuoxi/wire"
)

// bodyLimit bounds a request to be enrolled.
const bodyLimit = 16 << 10

// pairLimit bounds how long an enrolment may take.
const pairLimit = 10 * time.Second

// Desk is where PCs are enrolled by HTTP: POST of a wire.PairRequest, answered
// by a wire.PairReply.
type Desk struct {
	Register *Register
	Log      *slog.Logger
	// Note writes into the audit log before a device is told its certificate.
	Note func(ctx context.Context, device, from string) error
}

// ServeHTTP implements http.Handler.
func (p Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.Header.Get("Origin") != "" {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	var in wire.PairRequest
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err == nil {
		err = read(data, &in)
	}
	if err != nil {
		p.answer(w, http.StatusBadRequest, wire.PairReply{Code: wire.CodeBadMessage, Text: "登记的内容看不懂 · 没有登记 · 请核对两边的版本"})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pairLimit)
	defer cancel()
	from, _, _ := net.SplitHostPort(r.RemoteAddr)
	d, cert, err := p.Register.Enrol(ctx, in.Invite, in.Request)
	if err == nil && p.Note != nil {
		err = p.Note(ctx, d.ID, from)
	}
	switch {
	case errors.Is(err, ErrInvite):
		p.Log.Warn("enrolment refused", "from", from)
		p.answer(w, http.StatusForbidden, wire.PairReply{Code: wire.CodeCredentials, Text: ErrInvite.Error()})
	case err != nil:
		p.Log.Error("enrolment", "from", from, "err", err)
		p.answer(w, http.StatusInternalServerError, wire.PairReply{Code: wire.CodeInternal, Text: "中心没有办成登记 · 这台电脑没有登记 · 请看中心的日志后再试"})
	default:
		p.Log.Info("device enrolled", "device", d.ID, "from", from)
		p.answer(w, http.StatusOK, wire.PairReply{Code: wire.CodeOK, Device: d.ID, Name: d.Name, Cert: cert, Until: d.Until})
	}
}

// read takes what is asked for and nothing else.
func read(data []byte, in *wire.PairRequest) error {
	if err := wire.Read(data, in); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(in)
}

func (p Desk) answer(w http.ResponseWriter, status int, a wire.PairReply) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a)
}
