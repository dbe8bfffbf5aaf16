#!/bin/sh
# Every test of Bridle, from a bare machine: sh tests/run.sh
#
# Installs what is missing (Debian, Ubuntu), builds with sanitizers, runs unit tests, simulation, fuzz corpora, the
# system tests against real Gunicorn, a plain build, and the lints. The last line is "N passed, N failed".
#
#   BRIDLE_RUNGS="deps build unit fuzz system plain valgrind static vm lint"   only some of it
#   BRIDLE_MATRIX=full|quick    every Gunicorn of the matrix, or the oldest and the newest
#   BRIDLE_FUZZ_SECONDS=10      for each fuzz target, at most
#   BRIDLE_REPEAT=1             runs of the system tests, one after the other (more: a soak)
#   BRIDLE_JOBS=3               system tests side by side
#   BRIDLE_PATIENCE=3           multiplies every timeout of the system tests: what waits longer only fails later
#   BRIDLE_SECOND_LOOK=2        so many failures of a rung are run again, alone; one that then passes is named as unsteady
#                               at the end, and is no failure. 0: each failure is one (for a soak; BRIDLE_REPEAT sets it)
#   BRIDLE_WORK=DIR             where it builds; build-tests beside this directory
#   BRIDLE_CACHE=DIR            where Python environments are kept; see tests/lib/environments.py
set -u

top=$(cd "$(dirname "$0")/.." && pwd)
work=${BRIDLE_WORK:-$top/build-tests}
rungs=${BRIDLE_RUNGS:-deps build unit fuzz system plain valgrind static vm lint}
results=$work/results
cpus=$(nproc 2>/dev/null || echo 2)
# Tests wait more than they work: one more at a time than there are processors.
jobs=${BRIDLE_JOBS:-$((cpus + 1))}
# A machine that stands still for seconds, as rented ones do, fails one test among thousands. Alone it passes, where a
# fault fails it again; what happens rarely by our own fault is found by repetition, with no second look.
repeat=${BRIDLE_REPEAT:-1}
second_look=${BRIDLE_SECOND_LOOK:-$((repeat > 1 ? 0 : 2))}
unsteady=$work/unsteady
fallen=$work/fallen
export BRIDLE_PATIENCE="${BRIDLE_PATIENCE:-3}"

say() { printf '\n==== %s\n' "$*"; }

# count RUNG PASSED FAILED SKIPPED: one line of the results
count() { echo "$1 $2 $3 $4" >>"$results"; }

# fell NAME: told once more at the end, where somebody who sees only that finds it
fell() { echo "$1" >>"$fallen"; }

# step RUNG WORDS COMMAND...: a command that is one test by itself
step() {
	rung=$1 words=$2
	shift 2
	if "$@" >"$work/step.log" 2>&1; then
		count "$rung" 1 0 0
		echo "ok: $words"
	else
		count "$rung" 0 1 0
		fell "$words"
		echo "FAILED: $words"
		tail -n 40 "$work/step.log"
	fi
}

# count_told RUNG LOG STATUS: of a script that told of each test in a line of its own; leaves $passed and $failed
count_told() {
	passed=$(grep -c '^ok: ' "$2")
	failed=$(grep -c '^FAILED: ' "$2")
	sed -n "s/^FAILED: /$1: /p" "$2" >>"$fallen"
	[ "$3" = 0 ] || [ "$failed" -gt 0 ] || { failed=1 && fell "$1: it did not come to its end"; }
	count "$1" "$passed" "$failed" 0
}

# ---- dependencies

packages="build-essential autoconf automake pkg-config libev-dev libinih-dev libcap-dev libjansson-dev libcmocka-dev
	clang valgrind python3 python3-venv python3-pip mandoc shellcheck procps util-linux iproute2"

missing_packages() {
	for package in $packages; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$package"
	done
}

install_packages() {
	if [ "$(id -u)" = 0 ]; then
		as_root=
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		as_root='sudo -n'
	else
		echo "missing packages, and no right to install them: apt-get install $*"
		return 1
	fi
	# Lists may be absent (images) or old (then a download fails): one update, two tries.
	for _ in 1 2; do
		$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null
		$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" \
			</dev/null >"$work/apt.log" 2>&1 && return 0
	done
	tail -n 20 "$work/apt.log"
	return 1
}

rung_deps() {
	say "dependencies"
	if ! command -v apt-get >/dev/null; then
		echo "Not Debian or Ubuntu: nothing is installed. Needed: a C11 compiler, clang, autoconf, automake, pkg-config,"
		echo "libev, inih, libcap, jansson, cmocka (with headers), python 3.9 with venv, mandoc, shellcheck."
		return 0
	fi
	missing=$(missing_packages)
	# shellcheck disable=SC2086  # a list of names
	[ -z "$missing" ] || install_packages $missing || echo "going on without: $missing"
	# OCI runtimes let a few more tests run (runc: those with control groups of version 1); it goes without.
	command -v crun >/dev/null || install_packages crun >/dev/null 2>&1 || true
	command -v runc >/dev/null || install_packages runc >/dev/null 2>&1 || true
	# A second source of load; three tests go without.
	command -v wrk >/dev/null || install_packages wrk >/dev/null 2>&1 || true
	# Shells whose completions are tested; their tests go without.
	for shell in zsh fish; do
		command -v "$shell" >/dev/null || install_packages "$shell" >/dev/null 2>&1 || true
	done
}

# ---- builds

# Sources are built out of tree; where somebody has configured in the tree, which make forbids then, from a copy.
sources() {
	if [ -e "$top/config.status" ]; then
		rm -rf "$work/sources" && mkdir -p "$work/sources"
		(cd "$top" && tar -cf - --exclude ./.git --exclude './build*' --exclude ./config.status --exclude ./Makefile \
			--exclude ./config.h --exclude '*.o' --exclude '*.a' --exclude .deps .) | tar -xf - -C "$work/sources"
		source=$work/sources
	else
		source=$top
	fi
	[ -x "$source/configure" ] || (cd "$source" && ./autogen.sh)
}

# configure_in DIRECTORY OPTIONS...
configure_in() {
	mkdir -p "$work/$1" && cd "$work/$1" || return 1
	shift
	[ -e Makefile ] || "$source/configure" --quiet "$@"
}

# What has been configured before is brought up to date by make itself.
build() {
	directory=$1
	shift
	(configure_in "$directory" "$@" && make -j"$cpus")
}

rung_build() {
	say "build with sanitizers"
	step build "sources configured" sources
	step build "build with sanitizers, warnings fatal" \
		build sanitized --enable-developer --enable-sanitizers CFLAGS='-O1 -g'
}

# ---- a second look

# may_look_again RUNG NAMES: whether so few failed that each is worth a look by itself
may_look_again() {
	failures=$(printf '%s\n' "$2" | grep -c .)
	[ "$failures" -gt 0 ] && [ "$failures" -le "$second_look" ] || return 1
	printf '\n%s, a second look, alone at:\n%s\n' "$1" "$2"
}

# passed_alone BEFORE NOW: of the names that failed BEFORE those that do not NOW are kept for the end
passed_alone() {
	printf '%s\n' "$1" | grep . | grep -vxF -e "${2:-nothing}" >>"$unsteady"
}

# ---- unit tests and simulation: what `make check` runs

# Add up what each test program said: cmocka counts for itself, any other program is one test.
count_check() {
	rung=$1
	for trs in $(cd "$2" && find tests contrib man -name '*.trs' 2>/dev/null); do
		log=$2/${trs%.trs}.log
		passed=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s)\..*/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
		failed=$(sed -n 's/^\[  FAILED  \] .* \([0-9]*\) test(s).*/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
		case $(sed -n 's/^:global-test-result: *//p' "$2/$trs") in
		PASS) [ "$passed" -gt 0 ] || passed=1 ;;
		SKIP) count "$rung" 0 0 1 && echo "skipped: ${trs%.trs}" && continue ;;
		*)
			[ "$failed" -gt 0 ] || failed=1
			fell "$rung: ${trs%.trs}"
			echo "FAILED: ${trs%.trs}"
			tail_of_log "$log"
			;;
		esac
		count "$rung" "$passed" "$failed" 0
	done
}

# make_check BUILD OPTIONS...: whatever hangs is a failure, and not the end of the run.
make_check() {
	built=$1
	shift
	make -C "$built" -k check LOG_COMPILER=timeout LOG_FLAGS='-k 9 900' "$@" >"$work/check.log" 2>&1
}

# Programs of BUILD whose last run failed
failed_programs() {
	(cd "$1" && find tests contrib man -name '*.trs' -exec grep -l '^:global-test-result: *FAIL' {} + | sed 's/\.trs$//')
}

# The end of what the program of LOG said, without what went well
tail_of_log() { grep -v '^\[ *\(OK\|RUN\) *\]' "$1" | tail -n 40; }

check() {
	rm -f "$1"/tests/*/*.trs
	if ! make_check "$1" -j"$cpus"; then
		again=$(failed_programs "$1")
		if may_look_again "$2" "$again"; then
			for program in $again; do tail_of_log "$1/$program.log"; done
			# shellcheck disable=SC2086  # a list of names
			make_check "$1" TESTS="$(printf '%s ' $again)"
			passed_alone "$again" "$(failed_programs "$1")"
		fi
	fi
	if ls "$1"/tests/*/*.trs >/dev/null 2>&1; then
		count_check "$2" "$1"
	else
		count "$2" 0 1 0
		fell "$2: make check"
		tail -n 40 "$work/check.log"
	fi
}

rung_unit() {
	say "unit tests and simulation, with sanitizers"
	check "$work/sanitized" unit
}

# ---- fuzzing

# Debian keeps the runtime of clang's fuzzer in a package of its own, which clang only recommends.
can_fuzz() {
	command -v clang >/dev/null || return 1
	printf 'int LLVMFuzzerTestOneInput(const char *at, long n) { return n > 9 && *at; }\n' |
		clang -fsanitize=fuzzer,address,undefined -x c - -o "$work/fuzzes" 2>"$work/step.log"
}

rung_fuzz() {
	say "fuzz targets: corpora, then a short run"
	can_fuzz || install_packages "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev" || true
	if ! can_fuzz; then
		tail -n 3 "$work/step.log"
		echo "SKIPPED: there is no clang that can fuzz"
		count fuzz 0 0 1
		return
	fi
	BRIDLE_BUILD=$work/fuzzers sh "$top/tests/fuzz/run.sh" "${BRIDLE_FUZZ_SECONDS:-10}" >"$work/fuzz.log" 2>&1
	count_told fuzz "$work/fuzz.log" $?
	if [ "$failed" -gt 0 ]; then tail -n 60 "$work/fuzz.log"; else grep '^ok' "$work/fuzz.log"; fi
}

# ---- system tests

# The python that runs the tests: from an environment of its own, else the distribution's pytest.
system_python() {
	python3 "$top/tests/lib/environments.py" tools 2>"$work/tools.log" && return
	if /usr/bin/python3 -c 'import pytest' 2>/dev/null || install_packages python3-pytest python3-pytest-xdist >/dev/null; then
		echo /usr/bin/python3
	fi
}

# Without PyPI the distribution's Gunicorn is tested, which then must be there.
gunicorns() {
	matrix=${BRIDLE_MATRIX:-full}
	python3 "$top/tests/lib/environments.py" gunicorn "$matrix" && return
	install_packages gunicorn >/dev/null
	python3 "$top/tests/lib/environments.py" gunicorn "$matrix"
}

# run_pytest XML OPTIONS... TESTS...: on the programs of $built
run_pytest() {
	xml=$1
	shift
	rm -f "$xml"
	BRIDLE_BUILD=$built timeout -k 60 3000 "$python" -B -m pytest --rootdir "$top" -p no:cacheprovider -q -ra --tb=short \
		--durations=15 --junitxml "$xml" "$@" </dev/null
}

# Of what junit.py tells of the file
told_by() { python3 "$top/tests/lib/junit.py" "$1" "$2"; }

# count_pytest RUNG XML
count_pytest() {
	if counts=$(told_by counts "$2"); then
		# shellcheck disable=SC2086  # three numbers
		count "$1" $counts
		told_by failed "$2" | sed '/^$/d' >>"$fallen"
	else
		count "$1" 0 1 0
		fell "$1: pytest did not come to its end"
	fi
}

# system RUNG BUILD TESTS...: pytest on the programs of BUILD
system() {
	rung=$1 built=$2
	shift 2
	parallel=
	[ "$jobs" -gt 1 ] && "$python" -c 'import xdist' 2>/dev/null && parallel="-n $jobs --dist worksteal"
	# shellcheck disable=SC2086  # options
	run_pytest "$work/$rung.xml" $parallel "$@" && count_pytest "$rung" "$work/$rung.xml" && return
	again=$(told_by failed "$work/$rung.xml")
	if may_look_again "$rung" "$again" && look_again; then
		counts=$(told_by counts "$work/$rung.xml")
		count "$rung" "${counts%% *}" 0 "${counts##* }"
		count_pytest "$rung" "$work/again.xml"
	else
		count_pytest "$rung" "$work/$rung.xml"
	fi
}

# The tests that failed, once more, one after the other; false where no result came of it
look_again() {
	set --
	while read -r name; do set -- "$@" "$top/$name"; done <<-END
	$again
	END
	run_pytest "$work/again.xml" "$@"
	now=$(told_by failed "$work/again.xml") && passed_alone "$again" "$now"
}

rung_system() {
	say "system tests, with sanitizers"
	python=$(system_python)
	if [ -z "$python" ] || ! gunicorns; then
		cat "$work/tools.log"
		count system 0 1 0
		fell "system: no pytest, or no Gunicorn"
		return
	fi
	round=1
	while [ "$round" -le "$repeat" ]; do
		system system "$work/sanitized" "$top/tests/system"
		round=$((round + 1))
	done
}

# ---- the build that people install

rung_plain() {
	say "plain build: the same unit tests, and of the system tests the first and what sanitizers hide"
	step plain "plain build" build plain
	check "$work/plain" plain
	python=$(system_python)
	[ -z "$python" ] || system plain "$work/plain" "$top/tests/system/test_commands.py" "$top/tests/system/test_memory.py"
}

# ---- valgrind, which sees what was never written where sanitizers see what is out of bounds

rung_valgrind() {
	say "unit tests and fuzz corpora under valgrind"
	if ! command -v valgrind >/dev/null; then
		echo "no valgrind: skipped"
		count valgrind 0 0 1
		return
	fi
	build plain >"$work/step.log" 2>&1
	make -C "$work/plain" check-valgrind >"$work/valgrind.log" 2>&1
	count_told valgrind "$work/valgrind.log" $?
	if [ "$failed" -gt 0 ]; then tail -n 60 "$work/valgrind.log"; else echo "ok: $passed programs"; fi
}

# ---- musl, without shared libraries: the sources of four libraries come from the distribution, which may be out of reach

rung_static() {
	say "static build with musl, and the first of the system tests"
	command -v musl-gcc >/dev/null || install_packages musl-tools xz-utils >/dev/null || true
	sh "$top/contrib/static-build.sh" "$work/static" >"$work/static.log" 2>&1
	case $? in
	0) count static 1 0 0 ;;
	77)
		tail -n 3 "$work/static.log"
		echo "SKIPPED: what a static build needs cannot be had here"
		count static 0 0 1
		return
		;;
	*)
		tail -n 40 "$work/static.log"
		count static 0 1 0
		fell "static build"
		return
		;;
	esac
	python=$(system_python)
	[ -z "$python" ] || system static "$work/static/bridle" "$top/tests/system/test_commands.py"
}

# ---- a real machine, of software: what a machine needs may be out of reach, and then its tests say what

rung_vm() {
	say "process 1 of a machine with control groups of version 2"
	build plain >"$work/step.log" 2>&1 || tail -n 20 "$work/step.log"
	command -v qemu-system-x86_64 >/dev/null || install_packages qemu-system-x86 >/dev/null || true
	python=$(system_python)
	if [ -z "$python" ] || ! gunicorns >"$work/gunicorns.log" 2>&1; then
		cat "$work/tools.log" "$work/gunicorns.log"
		count vm 0 1 0
		fell "vm: no pytest, or no Gunicorn"
		return
	fi
	(jobs=1 && system vm "$work/plain" "$top/tests/vm") # one machine for all of them
}

# ---- lints

rung_lint() {
	say "lints"
	if command -v shellcheck >/dev/null; then
		for script in $(cd "$top" && find tests contrib bench man .ci autogen.sh -name '*.sh' -o -path .ci/run); do
			step lint "shellcheck $script" shellcheck "$top/$script"
		done
	else
		count lint 0 0 1
	fi
	if git -C "$top" rev-parse >/dev/null 2>&1; then
		(configure_in plain) >"$work/step.log" 2>&1 || tail -n 20 "$work/step.log"
		step lint "make dist" sh "$top/tests/tarball.sh" "$work/plain"
	else
		count lint 0 0 1 # from a tarball: there is nothing to compare it with
	fi
	if command -v mandoc >/dev/null; then
		for page in "$top"/man/*.[158]; do
			step lint "mandoc -Tlint ${page##*/}" mandoc -Tlint -W warning "$page"
		done
	else
		count lint 0 0 1
	fi
}

# ---- all of it

mkdir -p "$work" && : >"$results" && : >"$unsteady" && : >"$fallen" || exit 1
source=$top
for rung in $rungs; do
	case $rung in
	deps | build | unit | fuzz | system | plain | valgrind | static | vm | lint) "rung_$rung" ;;
	*) echo "no such rung: $rung" >&2 && exit 2 ;;
	esac
done
if [ -s "$unsteady" ]; then
	say "unsteady: failed among the others, and passed alone. What they said stands above; find out why"
	cat "$unsteady"
fi
if [ -s "$fallen" ]; then
	say "failed. What they said stands above"
	cat "$fallen"
fi
say "by rung: passed, failed, skipped"
awk '{ p[$1] += $2; f[$1] += $3; s[$1] += $4 } END { for (r in p) printf "%-8s %5d %5d %5d\n", r, p[r], f[r], s[r] }' "$results"
echo
awk '{ p += $2; f += $3; s += $4 } END {
	printf "%d passed, %d failed%s\n", p, f, s ? sprintf(", %d skipped", s) : ""; exit f > 0 || p == 0 }' "$results"
