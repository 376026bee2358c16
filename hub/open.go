package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"zuoxi/hub/admin"
	"zuoxi/hub/audit"
	"zuoxi/hub/backup"
	"zuoxi/hub/contact"
	"zuoxi/hub/device"
	"zuoxi/hub/line"
	"zuoxi/hub/menu"
	"zuoxi/hub/quality"
	"zuoxi/hub/record"
	"zuoxi/hub/recording"
	"zuoxi/hub/store"
	"zuoxi/hub/store/postgres"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/store/sqlite"
	"zuoxi/hub/trunk"
	"zuoxi/hub/voicemail"
	"zuoxi/internal/obs"
	"zuoxi/rules/retain"
)

// openLimit is how long opening the store may take, recovery included.
const openLimit = 2 * time.Minute

// opened is what New has opened so far, to be closed in reverse.
type opened []func() error

func (o *opened) add(f func() error) { *o = append(*o, f) }

func (o *opened) close() error {
	var errs []error
	for i := len(*o) - 1; i >= 0; i-- {
		errs = append(errs, (*o)[i]())
	}
	*o = nil
	return errors.Join(errs...)
}

// New opens everything: data, trunk, voice port, doors. Addrs tells where it
// can be reached; Run must follow, which serves and closes it.
func New(cfg Config, log *slog.Logger) (*Hub, error) {
	cfg.fill()
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if err := cfg.Supervision.check(); err != nil {
		return nil, err
	}
	var err error
	if cfg.calendar, err = calendar(cfg.Data); err != nil {
		return nil, err
	}
	if file := cfg.Supervision.Rubric; file != "" {
		if cfg.rubric, err = quality.ReadRubric(file); err != nil {
			return nil, err
		}
	}
	var o opened
	h, err := open(cfg, log, &o)
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	return h, nil
}

func open(cfg Config, log *slog.Logger, o *opened) (*Hub, error) {
	ctx, cancel := context.WithTimeout(context.Background(), openLimit)
	defer cancel()
	if file := cfg.Outgoing.Phonebook; file != "" {
		book, err := readPhonebook(file)
		if err != nil {
			return nil, err
		}
		cfg.Directory = book
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	p := parts{leaves: leaves{metrics: obs.NewMetrics()}}
	p.meter = newMeter(p.metrics)
	if err := openData(ctx, cfg, log, &p, o); err != nil {
		return nil, err
	}
	if err := openBusiness(cfg, &p, o); err != nil {
		return nil, err
	}
	if err := openOutside(ctx, cfg, log, &p, o); err != nil {
		return nil, err
	}
	if err := openMenu(cfg, log, &p); err != nil {
		return nil, err
	}
	if err := openVoice(cfg, log, &p, o); err != nil {
		return nil, err
	}
	h := assemble(cfg, p, log)
	t, err := trunk.New(cfg.Trunk, h, log)
	if err != nil {
		return nil, err
	}
	if err := t.Listen(); err != nil {
		return nil, err
	}
	o.add(func() error { t.Close(); return nil })
	h.calls.Trunk, h.sip = trunkPort{t}, t
	ac := admin.Config{
		DB: p.db, Keys: p.keys, Sounds: p.library, House: housePort{h}, Audit: auditPort{p.audit}, District: cfg.District,
		Temp: cfg.Data, Now: cfg.Now, Log: log, Offices: admin.Offices{Reports: newReports(cfg, &p), Quality: newQuality(cfg, &p), Visits: visits{newQuality(cfg, &p), p.library}},
	}
	ac.Gates = admin.Gates{Devices: devicePort{p.devices, h}, Seconds: h.factors(), Keeper: &keeper{hub: h}}
	if cfg.KB != nil {
		h.kb, ac.KB = cfg.KB, publisher{cfg.KB, h}
		h.openEditors()
		ac.Knowledge = editorPort{h.editors}
	}
	ac.Exams, ac.Marking, ac.Sitting, ac.Bank, ac.Books = examPort{p.exams}, examPort{p.exams}, examPort{p.exams}, p.exams, p.exams
	p.exams.Announce(h.examNews)
	ac.Work = h.backOffice()
	h.admin = admin.New(ac)
	h.start()
	o.add(func() error { h.stop(); return nil })
	if err := h.openDoors(o); err != nil {
		return nil, err
	}
	h.opened = *o
	return h, nil
}

// openStore opens the database and the keys to what is sealed in it; a hub
// that ran before and lacks one of them does not start.
func openStore(ctx context.Context, cfg Config, log *slog.Logger, p *parts, o *opened) (err error) {
	if err := backup.Whole(cfg.Data); err != nil {
		return err
	}
	if cfg.Postgres != "" {
		p.db, err = postgres.Open(ctx, cfg.Postgres)
	} else {
		if err := notLost(cfg.Data); err != nil {
			return err
		}
		p.db, err = sqlite.Open(ctx, cfg.Data)
	}
	if err != nil {
		return err
	}
	o.add(p.db.Close)
	if err := probe(ctx, p.db, log); err != nil {
		return err
	}
	if err := nothingLost(ctx, cfg, p.db); err != nil {
		return err
	}
	p.keys, err = seal.Load(cfg.keyFile())
	return err
}

// openData opens what is kept, and brings it in order after a crash.
func openData(ctx context.Context, cfg Config, log *slog.Logger, p *parts, o *opened) error {
	if err := openStore(ctx, cfg, log, p, o); err != nil {
		return err
	}
	key, err := p.keys.Stable(audit.KeyUse)
	if err != nil {
		return err
	}
	p.audit = audit.New(p.db.Audit, key, cfg.Now)
	if err := holdAudit(ctx, cfg, log, p, o); err != nil {
		return err
	}
	if key, err = p.keys.Stable(ticketUse); err != nil {
		return err
	}
	if p.tickets, err = openTickets(ctx, p.db.Settings, key, cfg.Now, log); err != nil {
		return err
	}
	p.records = record.New(p.db, p.keys, cfg.calendar, cfg.Now)
	p.records.Lengths(cfg.Deadlines)
	if p.contacts, err = contact.Open(ctx, p.db.Settings, cfg.District, cfg.Now); err != nil {
		return err
	}
	if err := openFind(ctx, cfg, p); err != nil {
		return err
	}
	if p.devices, err = device.Open(ctx, p.db.Settings, cfg.District, cfg.Now); err != nil {
		return err
	}
	p.mail = voicemail.New(p.db, cfg.calendar, cfg.Now)
	if p.exams, err = openExams(ctx, cfg, p, log); err != nil {
		return err
	}
	rc := recording.Config{Dir: cfg.recordings(), Index: p.db.Recordings, Zone: cfg.Outgoing.Zone, Now: cfg.Now, Log: log}
	if rc.Keep, err = retain.Defaults().With(cfg.Recording.Keep); err != nil {
		return fmt.Errorf("%w · 没有启动 · 请改配置", err)
	}
	rc.Kinds = kindsOf(p.db)
	rc.Keys, rc.Plain, rc.Since = p.keys, cfg.Recording.Plain, p.audit.Since()
	if p.library, err = recording.Open(rc); err != nil {
		return err
	}
	p.tapes = archive{p.library}
	if err := newQuality(cfg, p).KeepRubric(ctx); err != nil {
		return err
	}
	return recoverData(ctx, cfg, log, p)
}

// recoverData ends what a crash left open.
func recoverData(ctx context.Context, cfg Config, log *slog.Logger, p *parts) error {
	now := cfg.Now()
	// The recordings first: they know longest how long a call lasted.
	tapes, err := p.library.Recover(ctx)
	if err != nil {
		log.Error("some recordings of a crash cannot be read", "err", err)
	}
	messages, err := mendMessages(ctx, cfg, p)
	if err != nil {
		log.Error("some messages of a crash are on no list", "err", err)
	}
	calls, err := p.db.Calls.CloseOrphans(ctx, now, "hub_crashed")
	if err != nil {
		return fmt.Errorf("closing the calls of a crash: %w", err)
	}
	spans, err := p.db.States.CloseOpen(ctx, now)
	if err != nil {
		return fmt.Errorf("closing the presence of a crash: %w", err)
	}
	if _, err := p.db.Commands.Sweep(ctx, now.Add(-store.CommandLife)); err != nil {
		return fmt.Errorf("forgetting old commands: %w", err)
	}
	if len(calls)+tapes > 0 || spans > 0 {
		log.Warn("brought in order after a crash", "calls", len(calls), "recordings", tapes, "messages", messages, "presence", spans)
	}
	return nil
}

// openMenu loads what the caller hears. No back end of self-service is part of
// the hub, so the menu announces none.
func openMenu(cfg Config, log *slog.Logger, p *parts) error {
	m := cfg.Menu
	script, err := menu.Load(menu.Options{File: m.File, Mode: menu.Mode(m.Mode), Calendar: m.Calendar, Always: m.Always})
	if err != nil {
		return err
	}
	prompts := menu.NewPrompts(script, m.Prompts, log)
	p.guide, p.prompts = guidePort{menu.NewGuide(script, prompts, nil, log)}, prompts
	return nil
}

func openVoice(cfg Config, log *slog.Logger, p *parts, o *opened) error {
	lines, err := line.NewHub(line.Config{Listen: cfg.Voice, Log: log, Now: cfg.Now})
	if err != nil {
		return fmt.Errorf("话路端口 %s 打不开 · 坐席不能通话 · 请检查是否被占用: %w", strings.Join(cfg.Voice, " "), err)
	}
	o.add(lines.Close)
	p.lines, p.voice = linePort{lines}, lines
	return nil
}
