package hub

import (
	"time"

	"zuoxi/hub/admin"
	"zuoxi/hub/business"
	"zuoxi/hub/editor"
	"zuoxi/hub/handover"
	"zuoxi/hub/trunk"
	"zuoxi/rules/acd"
	fsm "zuoxi/rules/call"
	"zuoxi/rules/deadline"
	"zuoxi/rules/quality"
)

// Config is what one hub needs to know. Zero values are replaced by defaults
// where one makes sense.
type Config struct {
	Data     string // folder of everything that is kept
	Postgres string // address of the database; empty: SQLite in Data
	KeyFile  string // empty: in Data
	District string // the hub's own district

	Doors     Doors
	Trunk     trunk.Config
	TrunkName string
	Voice     []string // addresses of the seats' voice port
	Menu      Menu
	Recording Recording

	Timing
	Queue    acd.Settings
	Outgoing Outgoing
	Outside
	KB  KnowledgeBase // nil: this hub keeps none
	Now func() time.Time
}

// Outside is who and what else belongs to the centre.
type Outside struct {
	Supervision Supervision
	Directory   []Entry
	Business    business.Config                 // the business system; no URL: none
	Deadlines   map[deadline.Code]deadline.Span // of the centre, where the table leaves it to them
	SMS         SMS
	Forms       Forms
	Routes      []handover.Route // bodies that cases go to and come from
	// calendar is read from Data/calendar, over the one that ships.
	calendar deadline.Calendar
	// rubric is read from the file that Supervision names.
	rubric *quality.Rubric
}

// KnowledgeBase is the hub's own copy of the articles.
type KnowledgeBase interface {
	Library
	admin.Library
	editor.Library
}

// Doors are the listeners for seats, administrators and the machine's watchers.
type Doors struct {
	Listen []string // wss://host:port, ws:// on loopback only
	Names  []string // names and addresses in the certificate
	Socket string   // the administrator's; empty: in Data
	Status string   // /healthz /readyz /metrics; loopback; empty: none
	Lock
}

// Lock is how the doors with TLS are locked.
type Lock struct {
	TLS12     bool   // allowed besides 1.3
	Cert, Key string // files of the centre's own certificate; empty: the hub's authority issues one
	Devices   bool   // registered PCs only
	PerSource int    // connections of one address; 0: the door's own bound
}

// Menu is what the caller hears where no agent speaks.
type Menu struct {
	File, Prompts, Mode, Calendar string
	Always                        bool
}

// Recording says where recordings lie.
type Recording struct {
	Folder string         // empty: in Data
	Plain  bool           // not encrypted
	Keep   map[string]int // days by kind of rules/retain, over those that ship
}

// Timing are the centre's times.
type Timing struct {
	Limits      fsm.Limits
	Wrap        time.Duration // for the record after a call
	WrapExtend  time.Duration // once more, on demand
	SeatSilence time.Duration // without a packet the seat counts as lost
	LostSignOut time.Duration // a seat that stays away is signed out
	RingFirst   time.Duration // ring so long before answering the caller
	Drain       time.Duration // an orderly stop waits so long for calls
	Handling    time.Duration // mean time of a call, for the first estimate
	Target      time.Duration // aimed length of a call, shown to the agent
}

// Outgoing bounds the calls that agents make.
type Outgoing struct {
	QuietFrom, QuietTo time.Duration // since midnight; equal: none
	Attempts           int           // to one number a day; 0: no limit
	Phonebook          string        // file of who can be consulted; empty: Config.Directory, or the public hotlines
	Zone               *time.Location
}

// Entry is somebody who can be consulted and is no seat.
type Entry struct {
	Number string
	Who    string
	Duty   string
}

func (c *Config) fill() {
	if c.Now == nil {
		c.Now = time.Now
	}
	orDefault(&c.District, "320000")
	orDefault(&c.TrunkName, "sip")
	orDefault(&c.Wrap, time.Minute)
	orDefault(&c.WrapExtend, time.Minute)
	orDefault(&c.SeatSilence, 3*time.Second)
	orDefault(&c.LostSignOut, 10*time.Minute)
	orDefault(&c.Drain, 30*time.Second)
	orDefault(&c.Handling, 210*time.Second)
	orDefault(&c.Target, 5*time.Minute)
	if len(c.Queue.Steps) == 0 {
		c.Queue = acd.DefaultSettings()
	}
	if c.Directory == nil && c.Outgoing.Phonebook == "" {
		c.Directory = hotlines
	}
	if c.Outgoing.Zone == nil {
		c.Outgoing.Zone = time.FixedZone("CST", 8*3600)
	}
}

func orDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}
