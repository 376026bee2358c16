package record

import (
	"fmt"
	"strings"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/mask"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// masked tells a value that the seat never had in full: the one there stays.
func masked(s string) bool { return strings.Contains(s, "*") }

// sealParty seals who a record is about.
func (s *Service) sealParty(r *store.Record, m wire.Record, caller seal.Value) (err error) {
	values := m.Values()
	if !masked(m.Name) {
		if r.Party.Name, err = s.keys.Name(m.Name); err != nil {
			return fmt.Errorf("sealing a name: %w", err)
		}
	}
	if id := values["id_number"]; !masked(id) {
		if r.Party.IDNo, err = s.keys.IDNo(id); err != nil {
			return fmt.Errorf("sealing an identity number: %w", err)
		}
	}
	switch {
	case masked(m.Callback):
		if r.Party.Phone.IsZero() {
			r.Party.Phone = caller
		}
	case m.Callback != "":
		if r.Party.Phone, err = s.keys.Phone(m.Callback); err != nil {
			return fmt.Errorf("sealing a number: %w", err)
		}
	case ticket.Kind(r.Kind).Secret():
		r.Party.Phone = seal.Value{} // whoever leaves none stays unknown, though the trunk knew the number
	case r.Party.Phone.IsZero():
		r.Party.Phone = caller
	}
	return nil
}

// ofParty are the fields that Party holds.
var ofParty = map[string]bool{"contact": true, "complainant": true, "reporter": true, "id_number": true}

// sealFields takes the fields of the kind, the personal ones sealed.
func (s *Service) sealFields(f *fields, k ticket.Kind, in []wire.Field) error {
	old := f.Sealed
	f.Own, f.Sealed = map[string]string{}, map[string]seal.Value{}
	personal := map[string]bool{}
	for _, p := range ticket.Personal(k) {
		personal[p.Code] = true
	}
	for _, v := range in {
		switch {
		case ofParty[v.Code] || v.Value == "":
		case personal[v.Code] && masked(v.Value):
			f.Sealed[v.Code] = old[v.Code]
		case personal[v.Code]:
			sealed, err := s.keys.Text(v.Value)
			if err != nil {
				return fmt.Errorf("sealing %s: %w", v.Code, err)
			}
			sealed.Masked = mask.Name(v.Value)
			f.Sealed[v.Code] = sealed
		default:
			f.Own[v.Code] = v.Value
		}
	}
	return nil
}

// sealedField finds the sealed value behind a field's code.
func sealedField(r store.Record, code string) (seal.Kind, seal.Value) {
	switch code {
	case "contact":
		return seal.KindPhone, r.Party.Phone
	case "name", "complainant", "reporter":
		return seal.KindName, r.Party.Name
	case "id_number":
		return seal.KindIDNo, r.Party.IDNo
	}
	return seal.KindText, fieldsOf(r).Sealed[code]
}

// Open gives one sealed field in full. Who may, and the audit row before it,
// are the caller's to see to.
func (s *Service) Open(r store.Record, code string) (string, error) {
	kind, v := sealedField(r, code)
	if v.IsZero() {
		return "", fmt.Errorf("opening %s of record %s: %w", code, r.No, store.ErrNotFound)
	}
	plain, err := s.keys.Open(kind, v)
	if err != nil {
		return "", fmt.Errorf("opening %s of record %s: %w", code, r.No, err)
	}
	return plain, nil
}
