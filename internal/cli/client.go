package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/gorilla/websocket"
	"github.com/spf13/cobra"

	"zuoxi/internal/config"
	"zuoxi/session/link"
	"zuoxi/wire"
)

// client is the command line's connection to the hub: its Unix socket where
// the hub runs here, wss elsewhere. It never opens the hub's database.
type client struct {
	ws *websocket.Conn
	n  int
}

const clientLimit = 10 * time.Second

// dialHub connects; as is the 工号 to speak as, empty for the socket's owner.
func (a *run) dialHub(ctx context.Context, as string) (*client, error) {
	d := websocket.Dialer{HandshakeTimeout: 5 * time.Second, Subprotocols: []string{wire.Subprotocol}}
	url := "ws://hub" + seatPath
	socket := a.socketPath()
	if as == "" || socketThere(socket) {
		d.NetDialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}
	} else {
		tlsConf, err := a.hubTLS(ctx)
		if err != nil {
			return nil, err
		}
		d.TLSClientConfig, d.Proxy = tlsConf, a.hubProxy()
		url = a.cfg.Seat.Hub + seatPath
	}
	ws, resp, err := d.DialContext(ctx, url, http.Header{})
	if text, is := link.Untrusted(link.Handshake(resp, err), time.Now()); is {
		return nil, &fault{code: wire.CodeForbidden, err: err, text: text}
	}
	if err != nil {
		return nil, &fault{code: wire.CodeUnreachable, err: err, text: "连不上中心（" + socket + "） · 命令没有执行 · 请确认中心已启动，并以启动它的用户运行"}
	}
	ws.SetReadLimit(wire.MaxMessage)
	c := &client{ws: ws}
	if as != "" {
		if err := c.signIn(ctx, as, a); err != nil {
			c.close()
			return nil, err
		}
	}
	return c, nil
}

// speakAs lets a group of commands use somebody's rights in the place of the
// administrator's.
func (a *run) speakAs(c *cobra.Command) {
	c.PersistentFlags().StringVar(&a.as, "as", "", "以哪个工号的权限（口令从终端或 ZUOXI_PASSWORD 读入），空 = 启动中心的用户")
}

func socketThere(path string) bool {
	c, err := net.DialTimeout("unix", path, time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

func (a *run) socketPath() string {
	if a.cfg.Hub.Socket != "" {
		return a.cfg.Hub.Socket
	}
	return filepath.Join(a.hubData(), "hub.sock")
}

func (a *run) hubData() string {
	if a.cfg.Hub.Data != "" {
		return a.cfg.Hub.Data
	}
	return config.DataDir(a.Getenv, "hub")
}

// signIn speaks as an agent whose rights the command needs.
func (c *client) signIn(_ context.Context, as string, a *run) error {
	password, err := a.password("工号 " + as + " 的口令：")
	if err != nil {
		return err
	}
	m, err := c.roundTrip(&wire.AdminRequest{Cmd: "sign.in", Args: mustJSON(map[string]string{"agent_no": as, "password": password})})
	if err != nil {
		return err
	}
	_, err = replyData(m)
	return err
}

func mustJSON(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // only our own plain structs come here
	}
	return data
}

func (c *client) close() {
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
	_ = c.ws.Close()
}

func (c *client) roundTrip(b wire.Body) (wire.Message, error) {
	c.n++
	id := fmt.Sprintf("cli-%d", c.n)
	data, err := wire.Encode(wire.Message{ID: id, Body: b})
	if err != nil {
		return wire.Message{}, err
	}
	_ = c.ws.SetWriteDeadline(time.Now().Add(clientLimit))
	if err := c.ws.WriteMessage(websocket.TextMessage, data); err != nil {
		return wire.Message{}, lostHub(err)
	}
	for {
		m, err := c.read()
		if err != nil {
			return m, err
		}
		if m.Re == id {
			return m, nil
		}
		if bye, ok := m.Body.(*wire.Bye); ok {
			return m, &fault{code: bye.Code, text: bye.Text}
		}
	}
}

func (c *client) read() (wire.Message, error) {
	_ = c.ws.SetReadDeadline(time.Now().Add(time.Minute))
	_, data, err := c.ws.ReadMessage()
	if err != nil {
		return wire.Message{}, lostHub(err)
	}
	m, err := wire.Decode(data)
	if err != nil && !errors.Is(err, wire.ErrUnknown) {
		return m, fmt.Errorf("the hub's answer: %w", err)
	}
	if err == nil {
		link.Clean(m.Body)
	}
	return m, nil
}

func lostHub(err error) error {
	return &fault{code: wire.CodeUnreachable, err: err, text: "与中心的连接断了 · 命令可能没有执行完 · 请查看中心后再试"}
}

// request carries out one command and unpacks its answer into out.
func (a *run) request(ctx context.Context, as, cmd string, args, out any) error {
	c, err := a.dialHub(ctx, as)
	if err != nil {
		return err
	}
	defer c.close()
	m, err := c.roundTrip(&wire.AdminRequest{Cmd: cmd, Args: mustJSON(args)})
	if err != nil {
		return err
	}
	data, err := replyData(m)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("the hub's answer to %s: %w", cmd, err)
	}
	return nil
}

func replyData(m wire.Message) (json.RawMessage, error) {
	switch b := m.Body.(type) {
	case *wire.AdminReply:
		if b.Code != wire.CodeOK {
			return nil, &fault{code: b.Code, text: b.Text}
		}
		return b.Data, nil
	case *wire.Ack:
		return nil, &fault{code: b.Code, text: b.Text}
	}
	return nil, &fault{code: wire.CodeBadMessage, text: "中心的回答看不懂 · 不知道命令是否执行 · 请核对两边的版本"}
}

// download carries out a command whose answer is a file.
func (a *run) download(ctx context.Context, as, cmd string, args any, w io.Writer, progress func(done, total int64)) error {
	c, err := a.dialHub(ctx, as)
	if err != nil {
		return err
	}
	defer c.close()
	m, err := c.roundTrip(&wire.AdminRequest{Cmd: cmd, Args: mustJSON(args)})
	if err != nil {
		return err
	}
	if _, err := replyData(m); err != nil {
		return err
	}
	return c.chunks(w, progress)
}

// chunks takes a file that follows an answer.
func (c *client) chunks(w io.Writer, progress func(done, total int64)) error {
	for {
		m, err := c.read()
		if err != nil {
			return err
		}
		switch b := m.Body.(type) {
		case *wire.AdminChunk:
			if _, err := w.Write(b.Data); err != nil {
				return fmt.Errorf("writing the file: %w", err)
			}
			progress(b.Offset+int64(len(b.Data)), b.Total)
			if b.End {
				return nil
			}
		case *wire.AdminReply:
			return &fault{code: b.Code, text: b.Text}
		}
	}
}

// answer carries out a command and writes its data to w, which a large answer brings as a file.
func (a *run) answer(ctx context.Context, cmd string, args any, w io.Writer) error {
	c, err := a.dialHub(ctx, a.as)
	if err != nil {
		return err
	}
	defer c.close()
	m, err := c.roundTrip(&wire.AdminRequest{Cmd: cmd, Args: mustJSON(args)})
	if err != nil {
		return err
	}
	data, err := replyData(m)
	if err != nil {
		return err
	}
	if r, ok := m.Body.(*wire.AdminReply); ok && r.More {
		return c.chunks(w, func(int64, int64) {})
	}
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("keeping the answer: %w", err)
	}
	return nil
}
