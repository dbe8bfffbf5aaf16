#!/bin/sh
# bridle.ini(5) says line by line what profile = web sets: the lines of src/conf/profile.def.
set -eu
page=${srcdir:-.}/man/bridle.ini.5 list=${srcdir:-.}/src/conf/profile.def
said=$(awk '/Profile web, as/ { on = 1; next } on && /^\.Ed/ { exit } on && !/^\.Bd/' "$page")
set_=$(sed -n 's/^SET(\([a-z_]*\), *"\([^"]*\)".*/\1 = \2/p' "$list")
[ -n "$set_" ] || { echo "nothing in $list"; exit 1; }
[ "$said" = "$set_" ] || { echo "man/bridle.ini.5 and src/conf/profile.def differ:"; echo "$said"; echo "----"; echo "$set_"; exit 1; }
