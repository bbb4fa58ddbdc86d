#!/usr/bin/env bats
# The table of requirements in SECURITY.md: the files that it names exist, and the tests that it
# names cite the requirement.

load docs.bash

rows() {
    grep -E '^\| SEC-[0-9]+ \|' "$SRCDIR/SECURITY.md"
}

# column ROW N: the words between backquotes in it.
column() {
    awk -F'|' -v n="$2" '{ print $(n + 1) }' <<<"$1" | grep -oE '`[^`]+`' | tr -d '`'
}

@test "the requirements that apply are listed, each once" {
    expected=$(printf 'SEC-%s\n' {1..23})
    same_lines "$expected" "$(rows | awk '{ print $2 }')"
}

@test "the code that the table names is there" {
    while read -r row; do
        for name in $(column "$row" 3); do
            compgen -G "$SRCDIR/$name" >/dev/null || { echo "$row: no $name"; false; }
        done
    done < <(rows)
}

@test "each requirement names tests, and each of them cites it" {
    while read -r row; do
        requirement=$(awk '{ print $2 }' <<<"$row")
        tests=$(column "$row" 4)
        [ -n "$tests" ] || { echo "$requirement: no test"; false; }
        for name in $tests; do
            grep -qw "$requirement" "$SRCDIR/tests/$name" || { echo "$requirement: $name"; false; }
        done
    done < <(rows)
}

@test "a test that cites a requirement is named in its row" {
    cited=$(cd "$SRCDIR/tests" && grep -roE '\<SEC-[0-9]+\>' . --include='*.c' --include='*.sh' \
        --include='*.bats' | sort -u)
    [ "$(wc -l <<<"$cited")" -ge 80 ]
    while IFS=: read -r file requirement; do
        row=$(rows | grep "^| $requirement |") || { echo "no row: $requirement"; false; }
        column "$row" 4 | grep -qxF "${file#./}" || { echo "$requirement: $file"; false; }
    done <<<"$cited"
}
