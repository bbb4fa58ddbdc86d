#!/bin/sh
# Compiles one circuit of circuits/LIST: compile.sh GC-CC SOURCE-FOLDER OUT/NAME.txt
set -eu
gc_cc=$1
folder=$2
out=$3
name=$(basename "$out" .txt)

line=$(awk -v name="$name" '$1 == name' "$folder/LIST")
[ -n "$line" ] || { echo "compile.sh: $folder/LIST does not have $name" >&2; exit 1; }
# shellcheck disable=SC2086 # a list of words
set -- $line
source=$folder/$2
shift 2
mkdir -p "$(dirname "$out")"
GC_CC_INCLUDE=$(dirname "$folder")/compiler/include
export GC_CC_INCLUDE
exec "$gc_cc" "$@" -o "$out" "$source"
