#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs a test on a screen of its own, where nothing from the person's desktop
# is seen or changed.
set -e
export NO_AT_BRIDGE=1 GSETTINGS_BACKEND=memory GIO_USE_VFS=local
export GTK_THEME=Adwaita GTK_MODULES= LC_ALL=C.UTF-8
# GTK and fontconfig keep what they have read until the process ends.
export ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS}"
exec xvfb-run -a -s "-screen 0 1280x1024x24 -nolisten tcp" "$@"
