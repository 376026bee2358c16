#!/bin/sh
# Looks at what the program is made of: known holes in its parts, secrets in
# its history, the licence of each part, and a bill of materials.
#
#   scripts/audit.sh BUILD-FOLDER [holes|parts]
#
# It ends with 1 when something is bad, and with 3 when only the holes were asked
# for and could not be looked at.
#
# The vulnerability database is a copy kept beside the repository (its own host
# cannot be reached from everywhere): ZUOXI_VULNDB, or ../shared/vulndb.
set -eu
cd "$(dirname "$0")/.."
build=$1
what=${2:-all}
bad=0

tool() { # NAME PACKAGE
	[ -x "$build/$1" ] && [ "$build/$1" -nt tools/audit/go.mod ] && return
	GOFLAGS='' CGO_ENABLED=0 go -C tools/audit build -o "../../$build/$1" "$2"
}

parts() {
	tool cyclonedx-gomod github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
	tool gitleaks github.com/zricethezav/gitleaks/v8
	tool licences .

	echo '── 物料清单（CycloneDX）'
	"$build/cyclonedx-gomod" app -json -licenses -std=false -output "$build/sbom.cdx.json" -main . . 2>"$build/sbom.log" ||
		{ tail -n 5 "$build/sbom.log" >&2; bad=1; }
	echo "$build/sbom.cdx.json"

	echo '── 许可证'
	"$build/licences" "$build/sbom.cdx.json" || bad=1

	echo '── 历史里的秘密（gitleaks）'
	"$build/gitleaks" git --no-banner --redact --config .gitleaks.toml . || bad=1
}

holes() {
	echo '── 已知漏洞（govulncheck）'
	db=${ZUOXI_VULNDB:-../shared/vulndb}
	if [ ! -r "$db/index/modules.json" ]; then
		echo "没有漏洞库（$db） · 这一项没有查 · 把 vuln.go.dev 的镜像放在那里再跑"
		[ "$what" != holes ] || bad=3
		return
	fi
	tool govulncheck golang.org/x/vuln/cmd/govulncheck
	"$build/govulncheck" -db "file://$(cd "$db" && pwd)" ./... || bad=1
}

[ "$what" = holes ] || parts
[ "$what" = parts ] || holes
exit $bad
