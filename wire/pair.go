package wire

import "time"

// PairPath is where a PC is enrolled: one HTTP POST of PairRequest on the TLS
// door, answered by PairReply, before there is a WebSocket.
const PairPath = "/v1/pair"

// PairRequest asks for a device certificate.
type PairRequest struct {
	Invite  string `json:"invite"`
	Request []byte `json:"request"` // PKCS #10, DER
}

// PairReply is the certificate, or a code with one Chinese line.
type PairReply struct {
	Code   Code      `json:"code"`
	Text   string    `json:"text,omitempty"`
	Device string    `json:"device,omitempty"`
	Name   string    `json:"name,omitempty"`
	Cert   []byte    `json:"cert,omitempty"` // DER
	Until  time.Time `json:"until,omitzero"`
}
