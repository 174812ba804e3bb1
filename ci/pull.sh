#!/usr/bin/env bash
# Takes each student's notebook out of the student's repository, into submitted/.
#
#   ci/pull.sh ASSIGNMENT STUDENTS.csv
#
# STUDENTS.csv begins with the line "student_id,repository"; each further line holds a student's id and the address of
# a repository. Of its newest commit ASSIGNMENT/ASSIGNMENT.ipynb is taken, else ASSIGNMENT.ipynb. Nothing is checked
# out and nothing of the repository runs: no hooks, filters, submodules or links. What cannot be taken is named.
#
# SUBMISSIONS_TOKEN, where it is set, is sent to SUBMISSIONS_HOST alone (https://github.com where that says nothing).
# Exit codes: 0 all taken, 1 somebody's notebook was not, 2 the command or the file is wrong.
set -euo pipefail

max_bytes=$((50 << 20))
max_pack_kib=$((1 << 20))
max_seconds=300

say() { printf 'pull: %s\n' "$1" >&2; }

assignment=${1:-} students=${2:-}
if ! [[ $assignment =~ ^[A-Za-z0-9_-]+$ && -f $students ]]; then
    say 'usage: ci/pull.sh ASSIGNMENT STUDENTS.csv'
    exit 2
fi

export GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https:ssh:file GIT_CONFIG_NOSYSTEM=1
if [ -n "${SUBMISSIONS_TOKEN:-}" ]; then
    export GIT_CONFIG_COUNT=1
    export GIT_CONFIG_KEY_0="http.${SUBMISSIONS_HOST:-https://github.com}/.extraHeader"
    GIT_CONFIG_VALUE_0="Authorization: Basic $(printf 'x-access-token:%s' "$SUBMISSIONS_TOKEN" | base64 | tr -d '\n')"
    export GIT_CONFIG_VALUE_0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Prints why a notebook cannot be taken; nothing where it lies in $work/notebook.
take() {
    local repository=$1 path mode kind object size
    rm -rf "$work/git" "$work/notebook"
    git init -q --bare "$work/git"
    if ! (ulimit -f "$max_pack_kib" && timeout "$max_seconds" \
        git -C "$work/git" fetch -q --depth 1 --no-tags --no-recurse-submodules -- "$repository" HEAD) 2>/dev/null; then
        echo 'the repository cannot be fetched'
        return
    fi
    for path in "$assignment/$assignment.ipynb" "$assignment.ipynb"; do
        read -r mode kind object _ < <(git -C "$work/git" ls-tree FETCH_HEAD -- "$path") || continue
        if [ "$kind" != blob ] || [ "$mode" = 120000 ]; then
            echo 'the notebook is no ordinary file'
            return
        fi
        size=$(git -C "$work/git" cat-file -s "$object")
        if [ "$size" -gt "$max_bytes" ]; then
            echo "the notebook has $size bytes, at most $max_bytes are taken"
            return
        fi
        git -C "$work/git" cat-file blob "$object" >"$work/notebook"
        return
    done
    echo "there is no $assignment.ipynb"
}

code=0
line_number=0
while IFS=, read -r student repository _ || [ -n "$student" ]; do
    line_number=$((line_number + 1))
    repository=${repository%$'\r'}
    if [ "$line_number" -eq 1 ]; then
        if [ "$student" != student_id ] || [ "$repository" != repository ]; then
            say "$students: its first line has to be student_id,repository"
            exit 2
        fi
        continue
    fi
    if [ -z "$student$repository" ]; then continue; fi
    if ! [[ $student =~ ^[A-Za-z0-9_][A-Za-z0-9_.@-]*$ && $repository =~ ^(https|ssh|file)://[^[:space:]]+$ ]]; then
        say "$students, line $line_number: a student's id and an https, ssh or file address are asked for"
        exit 2
    fi
    problem=$(take "$repository")
    if [ -n "$problem" ]; then
        say "$student: $problem"
        code=1
        continue
    fi
    folder=submitted/$student/$assignment
    mkdir -p "$folder"
    if ! cmp -s "$work/notebook" "$folder/$assignment.ipynb"; then
        mv "$work/notebook" "$folder/$assignment.ipynb"
    fi
done <"$students"
exit "$code"
