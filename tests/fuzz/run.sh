#!/bin/sh
# Fuzz every target for some seconds each: sh tests/fuzz/run.sh [SECONDS]
#
# With the same seed much the same inputs come, half a million of them or as many as the time allows: a test of what was
# changed, and hardly a lottery. (What libFuzzer takes for new depends on addresses in the program, on the order of the
# corpus, and on what it rereads as time goes by: these are kept the same.)
# BRIDLE_FUZZ_SEED=0 draws another seed, for a search: as many as the time allows (let it be long), beginning with what
# searches before it have learnt.
#
# Builds with clang in a directory of its own (BRIDLE_BUILD=DIR; build-fuzz at the top of the tree). One line a target:
# "ok: fuzz_X ..." or "FAILED: fuzz_X ...", where to find the input that did it, and how to run it again. The corpus in
# the tree is only read.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BRIDLE_BUILD:-$top/build-fuzz}
seconds=${1:-10}
seed=${BRIDLE_FUZZ_SEED:-1}
learnt=fuzz-learnt runs=-1
[ "$seed" = 0 ] || learnt=fuzz-fresh runs=500000
failed=0

fixed=
setarch -R true 2>/dev/null && fixed='setarch -R'

mkdir -p "$build" && cd "$build" || exit 1
if [ ! -e Makefile ]; then
	[ -x "$top/configure" ] || (cd "$top" && ./autogen.sh) || exit 1
	"$top/configure" --quiet --enable-fuzzers CC="${CC:-clang}" CFLAGS='-O1 -g' || exit 1
fi
make -j"$(nproc)" >make.log 2>&1 || { tail -n 40 make.log; exit 1; }

for target in tests/fuzz/fuzz_*; do
	name=${target#tests/fuzz/fuzz_}
	case $name in *.*) continue ;; esac
	[ "$seed" = 0 ] || rm -rf "./$learnt/$name"
	mkdir -p "$learnt/$name" "fuzz-findings/$name"
	corpus=$(printf '%s\n' "$top/tests/fuzz/corpus/$name"/* | LC_ALL=C sort | paste -s -d , -)
	# Leaks count as findings, and so does an input that does not come to an end.
	# shellcheck disable=SC2086  # a command, or none
	if $fixed "$target" -seed="$seed" -reload=0 -runs="$runs" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="fuzz-findings/$name/" -seed_inputs="$corpus" "$learnt/$name" >"fuzz-$name.log" 2>&1; then
		echo "ok: fuzz_$name, $(sed -n 's/^stat::number_of_executed_units: *//p' "fuzz-$name.log") inputs"
	else
		failed=1
		input=$(sed -n 's/.*Test unit written to //p' "fuzz-$name.log" | tail -n 1)
		echo "FAILED: fuzz_$name; again: (cd $build && $target $input)"
		tail -n 30 "fuzz-$name.log"
	fi
done
exit $failed
