package main

import (
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/crypto/argon2"
)

// A crowd is many accounts made straight in the database from the one that is
// there, with a password hash that costs next to nothing: what is measured is
// not how fast ten thousand passwords are hashed.
const crowdPassword = "synthetic-Crowd-7"

func crowdNo(i int) string { return fmt.Sprintf("9%05d", i) }

// crowd adds n accounts to a hub that is stopped.
func (p *place) crowd(n int) (err error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	enc := base64.RawStdEncoding.EncodeToString
	hash := fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version, enc(salt), enc(argon2.IDKey([]byte(crowdPassword), salt, 1, 8, 1, 32)))
	db, err := sql.Open("sqlite", filepath.Join(p.data(), "hub.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	for i := range n {
		_, err := tx.Exec(`INSERT INTO agents SELECT ?, name, district, roles, skills, certified, path, disabled, ?, must_change, 0, 0, t_created, t_updated, 1 FROM agents WHERE no = '3027'`, crowdNo(i), hash)
		if err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}
