#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# gimp.sh BUILD COMMAND…: runs a GIMP command with the plug-in of a build
# folder. GIMP's settings lie in that folder too, so that neither a person's
# own GIMP nor these runs see anything of each other.
set -euo pipefail

build=$1
shift

export GIMP3_DIRECTORY=${GIMP3_DIRECTORY:-$build/gimp}
mkdir -p "$GIMP3_DIRECTORY"

# A GIMP that believes it has run before shows no welcome.
if [[ ! -f $GIMP3_DIRECTORY/gimprc ]]; then
  cat >"$GIMP3_DIRECTORY/gimprc" <<EOF
(plug-in-path "\${gimp_dir}/plug-ins:\${gimp_plug_in_dir}/plug-ins:$build/plug-ins")
(config-version "$(pkgconf --modversion gimp-3.0)")
(check-updates no)
(show-welcome-dialog no)
EOF
fi

exec "$@"
