package main

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/mattn/go-sqlite3" // the engine measured; needs cgo and -tags sqlite_fts5

	"zuoxi/kb/bench/measure"
)

func buildFTS(dir, corpus string) error {
	docs, err := measure.Corpus(corpus)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	db, err := sql.Open("sqlite3", filepath.Join(dir, "kb.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.Exec(`create table doc(id text, title text, body text);
		create virtual table find using fts5(title, body, content='', tokenize='unicode61')`)
	if err != nil {
		return err
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	for i, d := range docs {
		_, e1 := tx.Exec("insert into doc(rowid, id, title, body) values(?, ?, ?, ?)", i+1, d.ID, d.Title, d.Body)
		_, e2 := tx.Exec("insert into find(rowid, title, body) values(?, ?, ?)", i+1,
			strings.Join(pairs(d.Title), " "), strings.Join(pairs(d.Body), " "))
		if err := errors.Join(e1, e2); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = db.Exec("insert into find(find) values('optimize')")
	return err
}

type fts struct{ *sql.DB }

func openFTS(dir string) (measure.Engine, error) {
	db, err := sql.Open("sqlite3", filepath.Join(dir, "kb.db"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec("pragma cache_size = -65536")
	return fts{db}, err
}

func (f fts) Search(query string, n int) (ids []string, err error) {
	terms := distinct(pairs(query))
	if len(terms) == 0 {
		return nil, nil
	}
	for i, t := range terms {
		if terms[i] = `"` + t + `"`; len([]rune(t)) == 1 {
			terms[i] += "*"
		}
	}
	rows, err := f.Query(`select (select id from doc where doc.rowid = find.rowid) from find where find match ?
		order by bm25(find, ?, 1.0) limit ?`, strings.Join(terms, " OR "), titleWeight, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
