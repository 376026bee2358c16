package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/hub/business"
)

func (a *run) businessCommand() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use: "business-sandbox", Short: "业务系统的参考实现：数据都是虚构的，供联调和演示", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := openSandbox(listen, business.NewSandbox(time.Now))
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintf(a.Err, "业务系统沙箱已启动 · 地址 %s · 数据都是虚构的，不能用于真实核验\n", s.URL)
			for _, p := range business.People() {
				_, _ = fmt.Fprintf(a.Err, "  %s  %s  %s\n", p.Number, p.Name, p.Employer)
			}
			<-cmd.Context().Done()
			return s.close()
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8480", "地址，只能在本机")
	return c
}

// sandbox is a running reference service, of the business system or of a body that cases go to.
type sandbox struct {
	URL  string
	srv  *http.Server
	done chan error // one result, never blocks its sender
}

// openSandbox serves on the loopback only: what it answers is made up.
func openSandbox(listen string, h http.Handler) (*sandbox, error) {
	l, err := loopback(listen)
	if err != nil {
		return nil, err
	}
	s := &sandbox{
		URL: "http://" + l.Addr().String(), done: make(chan error, 1),
		srv: &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute},
	}
	go func() { s.done <- s.srv.Serve(l) }()
	return s, nil
}

func (s *sandbox) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.srv.Shutdown(ctx); err != nil {
		_ = s.srv.Close()
	}
	if err := <-s.done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}
