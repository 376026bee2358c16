package handover

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
	"zuoxi/wire"
)

// Prefix of the paths that other bodies use.
const Prefix = "/handover/"

// maxCase bounds what a body may send.
const maxCase = 256 << 10

// maxField bounds one text of a case, in characters.
const maxField = 8000

// ServeHTTP implements http.Handler for everything below Prefix.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route, ok := s.who(r)
	if !ok {
		refuse(w, http.StatusUnauthorized, "unauthorized", "令牌不对")
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, Prefix+Version+"/cases")
	id, word, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case !ok:
		refuse(w, http.StatusNotFound, "not_found", "没有这个接口")
	case path == "" && r.Method == http.MethodPost:
		s.take(w, r, route)
	case id != "" && word == "" && r.Method == http.MethodGet:
		s.stands(w, r, route, id)
	case id != "" && word == "state" && r.Method == http.MethodPost:
		s.word(w, r, route, id)
	default:
		refuse(w, http.StatusMethodNotAllowed, "method", "不能这样用")
	}
}

func refuse(w http.ResponseWriter, code int, name, text string) {
	answer(w, code, map[string]string{"code": name, "error": text})
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the other end has gone
}

// read decodes a body of JSON within its limit, as strictly as a seat's message:
// a key that stands twice would let two readers see two different cases.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCase))
	if err == nil {
		err = wire.Read(data, v)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid", "内容不是约定的 JSON（UTF-8，一个值，至多 32 层，键不重复），或太大")
		return false
	}
	return true
}

// take makes a record of a case, once.
func (s *Service) take(w http.ResponseWriter, r *http.Request, route Route) {
	var c Case
	if !read(w, r, &c) {
		return
	}
	scrub(&c)
	if c.ID == "" || c.Kind == "" || c.Question == "" || c.ID != clean.Line(r.Header.Get("Idempotency-Key"), 64) {
		refuse(w, http.StatusUnprocessableEntity, "invalid", "缺 id、kind 或 question，或 Idempotency-Key 与 id 不同")
		return
	}
	key := route.Code + "/" + c.ID
	p, err := s.posts.ByKey(r.Context(), store.PostHandover, store.PostIn, key)
	if errors.Is(err, store.ErrNotFound) {
		p, err = s.keep(r, route, key, c)
	}
	var invalid *InvalidError
	switch {
	case errors.As(err, &invalid):
		refuse(w, http.StatusUnprocessableEntity, "invalid", invalid.Why)
		return
	case err != nil:
		s.cfg.Log.Error("taking a case", "route", route.Code, "err", err)
		refuse(w, http.StatusServiceUnavailable, "unavailable", "现在收不下，请稍后重发")
		return
	}
	out, err := s.records.Stands(r.Context(), p.RecordID)
	if err != nil {
		s.cfg.Log.Error("showing a case that was taken", "route", route.Code, "err", err)
		refuse(w, http.StatusServiceUnavailable, "unavailable", "已收下，暂时读不出来，请稍后再问")
		return
	}
	answer(w, http.StatusCreated, out)
}

// InvalidError tells what of a case cannot be taken.
type InvalidError struct{ Why string }

func (e *InvalidError) Error() string { return "case: " + e.Why }

// keep makes the record first: Take is idempotent by the case, so a crash before
// the post is kept costs nothing.
func (s *Service) keep(r *http.Request, route Route, key string, c Case) (store.Post, error) {
	number, record, err := s.records.Take(r.Context(), route, c)
	if err != nil {
		return store.Post{}, err
	}
	now := s.cfg.Now()
	p := store.Post{
		ID: store.NewID(now), Kind: store.PostHandover, Direction: store.PostIn, Key: key, RecordID: record, District: s.cfg.District, Agent: route.Owner,
		Route: route.Code, State: store.PostDone, Receipt: number, Stamps: store.Stamps{Created: now, Updated: now},
	}
	kept, err := s.posts.Create(r.Context(), p)
	if errors.Is(err, store.ErrDuplicate) {
		return s.posts.ByKey(r.Context(), store.PostHandover, store.PostIn, key)
	}
	return kept, err
}

func scrub(c *Case) {
	for _, p := range []*string{&c.ID, &c.Number, &c.Kind, &c.Subject, &c.Region} {
		*p = clean.Line(*p, 64)
	}
	c.Question, c.Answer = clean.Text(c.Question, maxField), clean.Text(c.Answer, maxField)
	facts := map[string]string{}
	for k, v := range c.Facts {
		if len(facts) < 40 {
			facts[clean.Line(k, 64)] = clean.Text(v, maxField)
		}
	}
	c.Facts = facts
	if p := c.Persons; p != nil {
		*p = Persons{Name: clean.Line(p.Name, 40), Phone: clean.Line(p.Phone, 20), IDNo: clean.Line(p.IDNo, 20)}
	}
}

// stands tells the sender how its case stands.
func (s *Service) stands(w http.ResponseWriter, r *http.Request, route Route, id string) {
	p, err := s.posts.ByKey(r.Context(), store.PostHandover, store.PostIn, route.Code+"/"+clean.Line(id, 64))
	if errors.Is(err, store.ErrNotFound) {
		refuse(w, http.StatusNotFound, "not_found", "没有这个案件")
		return
	}
	var out Receipt
	if err == nil {
		out, err = s.records.Stands(r.Context(), p.RecordID)
	}
	if err != nil {
		s.cfg.Log.Error("showing a case", "route", route.Code, "err", err)
		refuse(w, http.StatusServiceUnavailable, "unavailable", "现在读不出来，请稍后再问")
		return
	}
	answer(w, http.StatusOK, out)
}

// word takes what a body says of a case that it has from us.
func (s *Service) word(w http.ResponseWriter, r *http.Request, route Route, id string) {
	var said Receipt
	if !read(w, r, &said) {
		return
	}
	said.Note = clean.Text(said.Note, 4000)
	p, err := s.posts.Get(r.Context(), clean.Line(id, 64))
	if errors.Is(err, store.ErrNotFound) || err == nil && (p.Kind != store.PostHandover || p.Route != route.Code || p.Direction != store.PostOut) {
		refuse(w, http.StatusNotFound, "not_found", "没有移送给您的这个案件")
		return
	}
	if said.State.Label() == string(said.State) {
		refuse(w, http.StatusUnprocessableEntity, "invalid", "没有这种状态")
		return
	}
	if err == nil {
		err = s.heard(r.Context(), route, p, said)
	}
	if err != nil {
		s.cfg.Log.Error("taking what a body says", "route", route.Code, "err", err)
		refuse(w, http.StatusServiceUnavailable, "unavailable", "现在记不下，请稍后重发")
		return
	}
	answer(w, http.StatusOK, Receipt{Receipt: p.Receipt, State: said.State})
}
