#!/bin/sh
# A throw-away PostgreSQL for the store's contract tests: runs a command with
# ZUOXI_TEST_PG set to an empty database on loopback, then removes the server.
#
#   scripts/pg.sh [--keep DIR] COMMAND [ARGUMENT...]
#
# Nothing is written outside a temporary folder; durability is off, because no
# test kills this server. With --keep the database stays in DIR for the next
# run: measurements fill it once.
set -eu

bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || {
	echo "找不到 PostgreSQL · 存储的契约测试不能运行 · 请先运行 scripts/deps.sh test" >&2
	exit 1
}

keep="" how=immediate
if [ "${1:-}" = --keep ]; then
	mkdir -p "$2"
	keep=$(cd "$2" && pwd) how=fast
	shift 2
fi
dir=${keep:-$(mktemp -d "${TMPDIR:-/tmp}/zuoxi-pg.XXXXXX")}
# initdb refuses root: then the package's own user runs the server.
if [ "$(id -u)" = 0 ]; then
	chown postgres "$dir"
	as="runuser -u postgres --"
else
	as=""
fi

stop() {
	[ -f "$dir/data/postmaster.pid" ] && (cd / && $as "$bin/pg_ctl" -D "$dir/data" -m "$how" stop >/dev/null 2>&1)
	[ -n "$keep" ] || rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM

# Two servers started at the same moment may draw the same port; the second
# then fails to start and draws again.
start() (
	cd /
	[ -f "$dir/data/PG_VERSION" ] || $as "$bin/initdb" -D "$dir/data" -U zuoxi -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir.log" 2>&1 || exit 1
	for _ in 1 2 3 4 5; do
		port=$(awk 'BEGIN { srand(); print 20000 + int(rand() * 12000) }')
		port=$(((port + $$) % 12000 + 20000))
		if $as "$bin/pg_ctl" -D "$dir/data" -w -t 30 -l "$dir/data/log" \
			-o "-p $port -k $dir -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100${keep:+ -c shared_buffers=256MB}" \
			start >>"$dir.log" 2>&1; then
			echo "$port"
			exit 0
		fi
		sleep 1
	done
	exit 1
)

port=$(start) || {
	cat "$dir.log" >&2
	rm -f "$dir.log"
	echo "PostgreSQL 没有启动 · 存储的契约测试不能运行 · 请看上面的记录" >&2
	exit 1
}
rm -f "$dir.log"
(cd / && $as "$bin/psql" -h 127.0.0.1 -p "$port" -U zuoxi -lqt postgres | grep -q '^ *zuoxi ' || $as "$bin/createdb" -h 127.0.0.1 -p "$port" -U zuoxi zuoxi)

ZUOXI_TEST_PG="postgres://zuoxi@127.0.0.1:$port/zuoxi?sslmode=disable" "$@"
