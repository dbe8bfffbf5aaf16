#!/bin/sh
# Bridle and its peers, side by side. bench/README.md says what is measured and how to read it.
#
#   sh bench/run.sh [argument of the harness's `bench.py run` ...]
#   sh bench/run.sh --quick --only bridle,floor
#
# BRIDLE_BENCH   folder of the harness (../shared/bench beside this checkout)
# BENCH_BUILD    where Bridle is built for it (build-bench in this checkout); remove it for a build from scratch
# BRIDLED BRIDLE programs to measure instead of building any
# BENCH_AS_IS    yes: the harness without the correction of bench/answered.py
set -eu

say() { printf 'bench: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

top=$(cd "$(dirname "$0")/.." && pwd)
harness=${BRIDLE_BENCH:-$top/../shared/bench}
build=${BENCH_BUILD:-$top/build-bench}
results=${BENCH_RESULTS:-$build/results.json}
mkdir -p "$build"

# The harness is kept apart from this repository: it measures others as well.
[ -f "$harness/bench.py" ] || die "no harness in '$harness': set BRIDLE_BENCH to the folder that holds bench.py"
harness=$(cd "$harness" && pwd)

# A static program has the least memory and the fastest start; where it cannot be had, the usual one is measured.
build_bridle() {
	if sh "$top/contrib/static-build.sh" "$build/static" \
		>"$build/static.log" 2>&1; then
		made=$build/static/bridle
	else
		say "no static build (see $build/static.log): measuring one with shared libraries"
		made=$build/shared
		mkdir -p "$made"
		[ -x "$top/configure" ] || "$top/autogen.sh" >"$build/shared.log" 2>&1 || die "see $build/shared.log"
		( cd "$made" && "$top/configure" --quiet CFLAGS=-O2 && make -s bridled bridle ) >"$build/shared.log" 2>&1 ||
			die "cannot build: see $build/shared.log"
	fi
	strip -o "$build/bridled" "$made/bridled"
	strip -o "$build/bridle" "$made/bridle"
	export BRIDLED="$build/bridled" BRIDLE="$build/bridle"
}

# Whatever peer is not there is left out by the harness, which says so.
install_peers() {
	[ "$(id -u)" = 0 ] && [ -x "$harness/peers.sh" ] && command -v apt-get >/dev/null || return 0
	command -v s6-svscan >/dev/null && command -v runsvdir >/dev/null && command -v multilog >/dev/null &&
		command -v supervisord >/dev/null && command -v tini >/dev/null && command -v catatonit >/dev/null &&
		command -v gunicorn >/dev/null && command -v wrk >/dev/null && return 0
	say "installing the peers (see $build/peers.log)"
	"$harness/peers.sh" >"$build/peers.log" 2>&1 || say "not all of them: the rest is left out"
}

if [ -z "${BRIDLED:-}" ] || [ -z "${BRIDLE:-}" ]; then
	build_bridle
fi
install_peers
export BENCH_ADAPTER="$top/bench/bridle_adapter.py" PYTHONDONTWRITEBYTECODE=1
say "measuring $("$BRIDLED" --version) of $BRIDLED"
export BRIDLE_BENCH="$harness"
if [ "${BENCH_AS_IS:-no}" = yes ]; then
	bench=$harness/bench.py
else
	bench=$top/bench/answered.py
fi
python3 "$bench" run --out "$results" "$@"
python3 "$bench" report "$results"
