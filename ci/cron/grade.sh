#!/usr/bin/env bash
# Pulls and grades one assignment on a machine of the course's own, one run at a time.
#
#   ci/cron/grade.sh ASSIGNMENT STUDENTS.csv
#
# For a crontab, which mails what is printed:   30 3 * * *  cd /srv/course && ci/cron/grade.sh convnets students.csv
# SUBMISSIONS_TOKEN and SUBMISSIONS_HOST are those of ci/pull.sh. Exit codes are those of `autograder grade`.
set -euo pipefail
cd "$(dirname "$0")/../.."
assignment=${1:?the id of an assignment is asked for} students=${2:?a file of students is asked for}

mkdir -p .autograder
exec 9>.autograder/cron.lock
if ! flock -n 9; then
    echo 'grade: another run is not finished yet' >&2
    exit 0
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

pulled=0
bash ci/pull.sh "$assignment" "$students" || pulled=$?
if [ "$pulled" -gt 1 ]; then exit "$pulled"; fi

code=0
env -u SUBMISSIONS_TOKEN .venv/bin/autograder grade "$assignment" >"$log" 2>&1 || code=$?
if [ "$code" -ne 0 ]; then cat "$log"; fi
if [ "$code" -gt 1 ]; then exit "$code"; fi
.venv/bin/autograder export "$assignment" --to csv --out "exports/$assignment.csv" || test $? -eq 1
exit $((code > pulled ? code : pulled))
