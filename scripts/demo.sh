#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# demo.sh BUILD: the main job from end to end: labelled pictures, a model, and
# a real GIMP that reads a picture with it. Called by `run`.
set -euo pipefail

build=$1
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
readonly build here
readonly ordinate=$build/core/ordinate
readonly folder=$build/demo
readonly pictures=$folder/gauges
readonly model=$folder/gauges.ordinate
readonly log=$folder/gimp.log

note ()
{
  printf '\n── %s\n' "$*" >&2
}

fail ()
{
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

# The text as a Script-Fu string.
quoted ()
{
  printf '"%s"' "$(sed -e 's/[\\"]/\\&/g' <<<"$1")"
}

# script EXPRESSION: as a batch command that knows demo.scm.
script ()
{
  printf '(begin (load %s) %s)' "$(quoted "$here/demo.scm")" "$1"
}

# ---------------------------------------------------------------- the picture

train_model ()
{
  if [[ ! -f $pictures/labels.csv ]]; then
    note "Drawing 1200 labelled sample pictures: $pictures"
    "$ordinate" sample "$pictures" --count 1200
  fi
  note "Training on 70 % of them, which takes about a minute"
  # A small network, for its many epochs to be short; as many on a busy machine,
  # whose minute would be too few. Turning a gauge would change its truth.
  "$ordinate" train "$pictures" -o "$model" --title "Pressure gauges" \
    --epochs 60 --minutes 4 --size 64 --channels 16 --rotation 0
}

# The first picture of the test split; neither training nor validation saw it.
choose_picture ()
{
  IFS=, read -r file truth _ < <(grep ',test$' "$pictures/labels.csv")
  picture=$pictures/$file
}

# ------------------------------------------------------------------- in GIMP

ask_gimp ()
{
  local report=$folder/answer.txt
  note "A real GIMP 3 opens $file, which was not trained on, and asks Ordinate"
  rm -f "$report"
  bash "$here/gimp.sh" "$build" gimp-console -i -d -f \
    --batch-interpreter plug-in-script-fu-eval \
    -b "$(script "(demo-ask $(quoted "$picture") $(quoted "$model") \
                            $(quoted "$report"))")" \
    --quit >"$log" 2>&1 || true
  if [[ ! -s $report ]]; then
    grep -v -e WARNING -e CRITICAL "$log" >&2
    fail "GIMP gave no answer; all that it said is in $log"
  fi
  print_answer "$report"
}

print_answer ()
{
  awk -v truth="$truth" '
    $1 == "neighbour" {
      if (n++ == 0)
        print "nearest training pictures:"
      if (n <= 5) {
        name = $0
        sub (/^[^ ]+ [^ ]+ [^ ]+ /, "", name)
        printf "  %.2f %s, distance %.3f, %s\n", $2, a["unit"], $3, name
      }
      next
    }
    { a[$1] = $2 }
    $1 == "in-range" {
      printf "predicted %.2f %s (90 %% interval %.2f – %.2f), actual %s\n",
             a["value"], a["unit"], a["low"], a["high"], truth
      if (! $2)
        print "the picture lies outside what the model knows"
    }' "$1"
}

print_evaluation ()
{
  note "All pictures of the test split"
  # The dial goes from 0 to 10 bar.
  "$ordinate" evaluate "$model" --quiet --json | tr ',{}' '\n' | awk -F: '
    { gsub (/"/, ""); v[$1] = $2 }
    END {
      printf "%d pictures: mean error %.3f %s (%.1f %% of the dial), ",
             v["n"], v["mae"], v["unit"], 10 * v["mae"]
      printf "%.0f %% of them inside their 90 %% interval\n",
             100 * v["coverage"]
    }'
}

# ---------------------------------------------------------------- the window

# The command that opens GIMP with the picture and the Ordinate window.
gimp_with_window ()
{
  window_command=(
    env G_MESSAGES_DEBUG=Ordinate
    bash "$here/gimp.sh" "$build" gimp -n -s -d -f "$picture"
    --batch-interpreter plug-in-script-fu-eval
    -b "$(script "(demo-show $(quoted "$model"))")")
}

show_on_screen ()
{
  note "The window: GIMP opens the picture with Ordinate on it."
  cat >&2 <<'TEXT'
   Hover a point of the map for its picture, select a neighbour, double-click
   one to open it. Select a part of the picture or paint on it, then press
   Update. The menu is Colors ▸ Info ▸ Predict Value…
   The demonstration ends when you close GIMP.
TEXT
  "${window_command[@]}" >"$log" 2>&1 || true
}

# Without a display: on a screen in memory, photographed.
show_in_memory ()
{
  local png=$folder/window.png
  note "There is no display; the window opens on one in memory"
  rm -f "$png"
  xvfb-run -a -s '-screen 0 1600x1100x24 -nolisten tcp' \
    dbus-run-session -- bash "$here/photograph.sh" "$png" "$log" \
    "${window_command[@]}" 2>"$folder/screen.log" ||
    fail "The window did not open; what GIMP said is in $log and" \
         "$folder/screen.log"
  printf 'window: %s\n' "$png"
}

display_is_usable ()
{
  [[ -n ${DISPLAY:-} ]] && xprop -root -notype _NET_SUPPORTED >/dev/null 2>&1
}

mkdir -p "$folder"
train_model
choose_picture
ask_gimp
print_evaluation
gimp_with_window
if display_is_usable; then
  show_on_screen
else
  show_in_memory
fi
