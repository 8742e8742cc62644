#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# gimp.sh BUILD gimp|gimp-console ARGUMENT…: runs GIMP with the plug-in of a
# build folder. GIMP's settings lie in that folder too, so that neither a person's
# own GIMP nor these runs see anything of each other.
set -euo pipefail

build=$1
name=$2
shift 2
version=$(pkgconf --modversion gimp-3.0)
readonly build name version

export GIMP3_DIRECTORY=${GIMP3_DIRECTORY:-$build/gimp}
mkdir -p "$GIMP3_DIRECTORY"

# A GIMP that believes it has run before shows no welcome.
if [[ ! -f $GIMP3_DIRECTORY/gimprc ]]; then
  cat >"$GIMP3_DIRECTORY/gimprc" <<EOF
(plug-in-path "\${gimp_dir}/plug-ins:\${gimp_plug_in_dir}/plug-ins:$build/plug-ins")
(config-version "$version")
(check-updates no)
(show-welcome-dialog no)
EOF
fi

# Where several GIMPs can be installed, their commands carry a version: the
# one that the plug-in was built for comes first.
for command in "$name-$(cut -d. -f1,2 <<<"$version")" "$name-3" "$name"; do
  ! command -v "$command" >/dev/null || exec "$command" "$@"
done
printf 'gimp.sh: there is no %s of GIMP %s here\n' "$name" "$version" >&2
exit 127
