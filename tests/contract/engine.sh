#!/bin/sh
# Takes an engine's commands and builds no wall: `run` executes the command on this machine, in the folder $BOX.
# It shows that the protocol works from the command line to the last answer, and nothing about isolation.
set -eu
command=$1
shift
case $command in
--version) echo "engine without a wall" ;;
info) ;;
image) [ "$2" != absent ] ;;
kill)
    pid=$(cat "$BOX/$2.pid" 2>/dev/null) || exit 1
    kill -s "${1#--signal=}" "$pid"
    ;;
rm)
    for name in "$@"; do :; done
    rm "$BOX/$name.pid" 2>/dev/null || { echo "Error: No such container: $name" >&2; exit 1; }
    ;;
run)
    while :; do
        case $1 in
        --name=*) echo "$$" >"$BOX/${1#--name=}.pid" ;;
        --env=HOME=* | --env=MPLCONFIGDIR=* | --env=KERAS_HOME=*) ;;
        --env=*) export "${1#--env=}" ;;
        --*) ;;
        *) break ;;
        esac
        shift
    done
    image=$1
    shift
    [ "$image" != broken ] || { echo "the image is broken" >&2; exit 125; }
    export HOME="$BOX/home" MPLCONFIGDIR="$BOX/home/.mpl" KERAS_HOME="$BOX/home/.keras"
    mkdir -p "$HOME"
    exec "$PYTHON" "$@"
    ;;
*) exit 2 ;;
esac
