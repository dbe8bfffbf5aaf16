#!/bin/sh
# Fuzz every target for some seconds each: sh tests/fuzz/run.sh [SECONDS]
#
# With the same seed the same inputs come, as many as the time allows, so that a run which passed passes again: a test of
# what was changed, and no lottery. BRIDLE_FUZZ_SEED=0 draws another, for a search (let it be a long one).
#
# Builds with clang in a directory of its own (BRIDLE_BUILD=DIR; build-fuzz at the top of the tree). One line a target:
# "ok: fuzz_X ..." or "FAILED: fuzz_X ...", where to find the input that did it, and how to run it again. What
# libFuzzer learns stays in that directory, and makes the next run better; the corpus in the tree is only read.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BRIDLE_BUILD:-$top/build-fuzz}
seconds=${1:-10}
seed=${BRIDLE_FUZZ_SEED:-1}
failed=0

mkdir -p "$build" && cd "$build" || exit 1
if [ ! -e Makefile ]; then
	[ -x "$top/configure" ] || (cd "$top" && ./autogen.sh) || exit 1
	"$top/configure" --quiet --enable-fuzzers CC="${CC:-clang}" CFLAGS='-O1 -g' || exit 1
fi
make -j"$(nproc)" >make.log 2>&1 || { tail -n 40 make.log; exit 1; }

for target in tests/fuzz/fuzz_*; do
	name=${target#tests/fuzz/fuzz_}
	case $name in *.*) continue ;; esac
	mkdir -p "fuzz-learnt/$name" "fuzz-findings/$name"
	# Leaks count as findings, and so does an input that does not come to an end.
	if "$target" -seed="$seed" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="fuzz-findings/$name/" "fuzz-learnt/$name" "$top/tests/fuzz/corpus/$name" >"fuzz-$name.log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "fuzz-$name.log")
		echo "ok: fuzz_$name, $runs inputs in $seconds s"
	else
		failed=1
		input=$(sed -n 's/.*Test unit written to //p' "fuzz-$name.log" | tail -n 1)
		echo "FAILED: fuzz_$name; again: (cd $build && $target $input)"
		tail -n 30 "fuzz-$name.log"
	fi
done
exit $failed
