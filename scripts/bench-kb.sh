#!/bin/sh
# Prints the table of the knowledge search: quality by slice, latency, build, size, beside stock engines in the same run.
# The corpus and the queries stay where they are: ZUOXI_KB_YARDSTICK, or ../shared/yardsticks/kb.
set -eu
cd "$(dirname "$0")/.."

yardstick=${ZUOXI_KB_YARDSTICK:-../shared/yardsticks/kb}
for need in corpus.jsonl.gz queries-dev.tsv sizes.py; do
	if [ ! -r "$yardstick/$need" ]; then
		echo "bench-kb: $yardstick/$need is missing; set ZUOXI_KB_YARDSTICK to the folder that holds it" >&2
		exit 1
	fi
done

out=build/bench-kb
mkdir -p "$out"
[ -s "$out/lat-type.txt" ] || python3 "$yardstick/sizes.py" "$out" >/dev/null
go build -o "$out/bench" ./kb/bench
CGO_ENABLED=1 GOFLAGS=-tags=sqlite_fts5 go -C tools/kbpeers build -o "../../$out/kbpeers" .
exec "$out/bench" run "${ZUOXI_KB_QUERIES:-$yardstick/queries-dev.tsv}" "$out" "$out/kbpeers"
