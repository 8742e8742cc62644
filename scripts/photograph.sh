#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# photograph.sh PNG LOG COMMAND…: on the screen of this session, starts GIMP,
# waits for the Ordinate window to show an answer, and writes its picture.
set -euo pipefail

png=$1
log=$2
shift 2
readonly png log
readonly patience=120 # seconds

openbox &
window_manager=$!
"$@" >"$log" 2>&1 &
gimp=$!
trap 'kill "$gimp" "$window_manager" 2>/dev/null || true' EXIT

# wait_for COMMAND…: until it succeeds.
wait_for ()
{
  local end=$((SECONDS + patience))
  until "$@"; do
    kill -0 "$gimp" 2>/dev/null || { echo "GIMP has ended early" >&2; return 1; }
    ((SECONDS < end)) || { echo "waited in vain for: $*" >&2; return 1; }
    sleep 0.2
  done
}

is_answered ()
{
  grep -q 'predicted [-0-9]' "$log"
}

find_window ()
{
  window=$(xdotool search --onlyvisible --name '^Ordinate$' | head -n 1)
  [[ -n $window ]]
}

# A window is painted when two pictures of it in a row are the same.
is_painted ()
{
  import -silent -window "$window" "$png.next.png"
  if cmp -s "$png.next.png" "$png"; then
    rm -f "$png.next.png"
    return 0
  fi
  mv -f "$png.next.png" "$png"
  return 1
}

wait_for find_window
wait_for is_answered
wait_for is_painted
