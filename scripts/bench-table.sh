#!/bin/sh
# Reads what Go benchmarks print and makes a table of it: half and slowest
# hundredth beside what is promised, and "over" where that is not kept. Ends
# with 1 when something was over, or when the benchmarks failed.
#
#   go test -run '^$' -bench Store ./hub/store/sqlite | scripts/bench-table.sh
set -eu

awk '
function value(unit,  i) { for (i = 3; i < NF; i++) if ($(i + 1) == unit) return $i; return "" }
/^pkg:/ { print "\n" $2; printf "%-44s %10s %10s %10s\n", "", "p50 ms", "p99 ms", "promise" }
/^Benchmark.*p50-ms/ {
	name = $1; sub(/^Benchmark[A-Za-z]*\/?/, "", name); sub(/-[0-9]+$/, "", name); gsub(/_/, " ", name)
	if (name == "") { name = $1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$/, "", name) }
	p50 = value("p50-ms"); p99 = value("p99-ms"); limit = value("limit-ms"); lines++
	over = limit > 0 && p99 + 0 > limit + 0
	if (over) missed++
	printf "%-44s %10.3f %10.3f %10s%s\n", name, p50, p99, (limit > 0 ? limit : "-"), (over ? "  over" : "")
}
/^(---|FAIL|panic)/ || /_test.go|bench.go|fill.go/ { print; if (/FAIL|panic/) failed = 1 }
END {
	if (!lines) { print "nothing was measured"; exit 1 }
	printf "\n%d measured, %d over\n", lines, missed
	exit (failed || missed > 0)
}'
