package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"

	"zuoxi/hub/line"
	"zuoxi/internal/voiceline"
	"zuoxi/session/link"
)

// voicePath is where the hub takes voice over a WebSocket.
const voicePath = "/v1/voice"

// hubProxy is the HTTP proxy on the way to the hub: seat.proxy, or what the
// environment says (HTTPS_PROXY, NO_PROXY).
func (a *run) hubProxy() link.Proxy {
	switch p := a.cfg.Seat.Proxy; p {
	case "":
		return http.ProxyFromEnvironment
	case "none":
		return nil
	default:
		// The configuration was checked when it was read.
		u, err := url.Parse(p)
		return func(*http.Request) (*url.URL, error) { return u, err }
	}
}

// voiceSocket opens the second WebSocket, by the same way as the first.
func (a *run) voiceSocket(conf *tls.Config) voiceDial {
	d := link.Dialer(conf, a.hubProxy())
	d.Subprotocols = []string{line.Subprotocol}
	return func(ctx context.Context, ticket string) (voiceline.Frames, error) {
		ws, resp, err := d.DialContext(ctx, a.cfg.Seat.Hub+voicePath, line.WithTicket(ticket))
		if err != nil {
			if resp != nil {
				err = fmt.Errorf("answer %d: %w", resp.StatusCode, err)
			}
			return nil, fmt.Errorf("dialling the hub for voice: %w", err)
		}
		ws.SetReadLimit(voiceline.MostMessage)
		return ws, nil
	}
}
