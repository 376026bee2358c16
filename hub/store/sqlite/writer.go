package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/query"
)

const (
	// queued writes wait their turn; a full queue makes the caller wait, under
	// its own context.
	queued = 256
	// batched is how many writes share one commit.
	batched = 64
	// surveyed is how often SQLite looks at how its indexes have grown: without
	// it a list with two filters may walk along the wrong one.
	surveyed = 6 * time.Hour
)

// errStopped is what a write gets that comes after Close.
var errStopped = errors.New("the store is closed")

// writer owns the only writing connection. Its goroutine is started by
// startWriter and ends in close.
type writer struct {
	db   *sql.DB
	conn *sql.Conn
	jobs chan *job
	quit chan struct{}
	done chan struct{}
	once sync.Once
}

// job is one write on its way. done is closed when err or panicked is set.
type job struct {
	ctx      context.Context
	fn       func(*query.Conn) error
	err      error
	panicked any
	done     chan struct{}
}

func startWriter(ctx context.Context, path string) (*writer, error) {
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, fmt.Errorf("open %s for writing: %w", path, err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s for writing: %w", path, fold(err)), db.Close())
	}
	w := &writer{
		db: db, conn: conn, jobs: make(chan *job, queued),
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// do hands fn to the writer and waits until it is on the disk or failed.
func (w *writer) do(ctx context.Context, fn func(*query.Conn) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case w.jobs <- j:
	case <-ctx.Done():
		return fmt.Errorf("wait for the writer: %w: %w", store.ErrUnavailable, ctx.Err())
	case <-w.quit:
		return fmt.Errorf("%w: %w", store.ErrUnavailable, errStopped)
	}
	select {
	case <-j.done:
	case <-w.done:
		select {
		case <-j.done: // both were ready: the write was made
		default:
			return fmt.Errorf("%w: %w", store.ErrUnavailable, errStopped)
		}
	}
	if j.panicked != nil {
		panic(j.panicked) // the caller's bug belongs on the caller's stack
	}
	return j.err
}

func (w *writer) run() {
	defer close(w.done)
	tick := time.NewTicker(surveyed)
	defer tick.Stop()
	w.survey()
	for {
		select {
		case j := <-w.jobs:
			w.commit(j)
		case <-tick.C:
			w.survey()
		case <-w.quit:
			for {
				select {
				case j := <-w.jobs:
					w.commit(j)
				default:
					return
				}
			}
		}
	}
}

// survey takes some milliseconds: it reads a bounded part of the tables that
// have grown. A failure costs speed only, and the next write tells its cause.
func (w *writer) survey() {
	_, _ = w.conn.ExecContext(context.Background(), "PRAGMA optimize = 0x10002")
}

// commit runs first and whatever else has queued up, in one transaction, each
// in a savepoint of its own: one that fails takes no other with it.
func (w *writer) commit(first *job) {
	ctx := context.Background()
	if _, err := w.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		finish([]*job{first}, fold(err))
		return
	}
	ran := []*job{first}
	broken := w.runOne(ctx, first)
	for broken == nil && len(ran) < batched {
		j := w.more()
		if j == nil {
			break
		}
		ran = append(ran, j)
		broken = w.runOne(ctx, j)
	}
	if broken == nil {
		_, broken = w.conn.ExecContext(ctx, "COMMIT")
	}
	if broken != nil {
		// It may have rolled back by itself; then there is nothing to undo.
		_, _ = w.conn.ExecContext(ctx, "ROLLBACK")
		broken = fold(broken)
	}
	finish(ran, broken)
}

// more is the next job that waits already, or nil.
func (w *writer) more() *job {
	select {
	case j := <-w.jobs:
		return j
	default:
		return nil
	}
}

// runOne runs a job in a savepoint. The error it returns means that the whole
// transaction is lost, not only this job.
func (w *writer) runOne(ctx context.Context, j *job) error {
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	if _, err := w.conn.ExecContext(ctx, "SAVEPOINT job"); err != nil {
		return err
	}
	j.call(query.On(w.conn, &dialect))
	if j.err != nil || j.panicked != nil {
		if _, err := w.conn.ExecContext(ctx, "ROLLBACK TO job"); err != nil {
			return errors.Join(j.err, err)
		}
	}
	_, err := w.conn.ExecContext(ctx, "RELEASE job")
	return err
}

func (j *job) call(c *query.Conn) {
	defer func() { j.panicked = recover() }()
	j.err = j.fn(c)
}

// finish tells the callers; those whose own write failed keep their error.
func finish(jobs []*job, err error) {
	for _, j := range jobs {
		if j.err == nil {
			j.err = err
		}
		close(j.done)
	}
}

func (w *writer) close() error {
	w.once.Do(func() { close(w.quit) })
	<-w.done
	return errors.Join(w.conn.Close(), w.db.Close())
}
