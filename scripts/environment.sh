# SPDX-License-Identifier: GPL-3.0-or-later
#
# Where Ordinate is built and run. A system with GIMP 3 among its packages is
# used as it is; elsewhere (Debian 12) a Debian 13 root is made once in the
# user's cache, and commands run inside it, as the same user and with the
# user's own folders. Sourced by `run`.

# The release whose packages are used where the system's own are too old.
readonly root_release=trixie
# A command that needs more than the product does adds its list before it enters.
package_lists=("$project/scripts/packages.txt")
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/ordinate

# enter_environment COMMAND…: prepares whatever is missing, then becomes the
# command.
enter_environment ()
{
  if system_has_gimp3; then
    mapfile -t packages < <(list_packages)
    install_packages "${packages[@]}"
    export ORDINATE_ENVIRONMENT=system
    exec "$@"
  fi

  local root=${ORDINATE_ROOT:-$(root_of_lists)}
  require_root "$root"
  enter_root "$root" "$@"
}

# Asked of the release before apt: a fresh system has no package lists yet.
system_has_gimp3 ()
{
  local ID='' VERSION_ID=''
  # shellcheck source=/dev/null
  . /etc/os-release
  command -v apt-get >/dev/null ||
    fail "Ordinate is set up from Debian packages, and this system" \
         "(${PRETTY_NAME:-unknown}) has no apt. Run it in a Debian 12 or 13" \
         "container, or install what scripts/packages.txt lists and call" \
         "meson yourself."
  case $ID in
    debian) [[ -z $VERSION_ID ]] || ((${VERSION_ID%%.*} >= 13)) ;;
    ubuntu) ((${VERSION_ID%%.*} >= 25)) ;;
    *)      apt-cache policy libgimp-3.0-dev | grep -q 'Candidate: [0-9]' ;;
  esac
}

list_packages ()
{
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "${package_lists[@]}"
}

packages_hash ()
{
  list_packages | sort | sha256sum | head -c 12
}

# The root of the lists: another list is another root.
root_of_lists ()
{
  printf '%s\n' "$cache/debian-13-$(packages_hash)"
}

# ------------------------------------------------------------- system packages

# install_packages PACKAGE…: installs those that are missing.
install_packages ()
{
  local installed missing
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" \
                2>/dev/null | sed -n 's/^installed //p' || true)
  mapfile -t missing < <(comm -13 <(sort -u <<<"$installed") \
                                  <(printf '%s\n' "$@" | sort -u))
  ((${#missing[@]} > 0)) || return 0

  note "Installing packages of this system: ${missing[*]}"
  as_root "to update the package lists" apt-get update -q
  as_root "to install packages" \
    env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# as_root WHY COMMAND…: says what root is needed for before sudo asks.
as_root ()
{
  local why=$1
  shift
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    note "Root is needed $why: sudo $*"
    sudo "$@"
  else
    fail "Root is needed $why, and there is no sudo here. As root, run:" \
         "$*"
  fi
}

# ------------------------------------------------------------ a Debian 13 root

# require_root FOLDER: makes it unless it is there. It appears whole or not at
# all, and two checkouts that want it at the same time make it once.
require_root ()
{
  local root=$1 mirror new lock
  install_packages bubblewrap
  [[ ! -d $root/usr ]] || return 0
  [[ -z ${ORDINATE_ROOT:-} ]] ||
    fail "ORDINATE_ROOT=$ORDINATE_ROOT is no Debian root: it has no usr folder."

  mkdir -p "$cache"
  exec {lock}>"$cache/lock"
  if ! flock -n "$lock"; then
    note "Another run is making the Debian 13 root; waiting for it."
    flock "$lock"
  fi
  if [[ ! -d $root/usr ]]; then
    # uidmap lets an ordinary user unpack it without root.
    install_packages mmdebstrap uidmap
    mirror=$(find_mirror)
    note "Making a Debian 13 root with GIMP 3 and the libraries, once" \
         "(about 550 MB to fetch, 1.8 GB on disk; 2.8 GB with the peers of" \
         "bench):" "$root"
    rm -rf "$cache"/new-*
    new=$(mktemp -d "$cache/new-XXXXXX")
    make_root "$mirror" "$new"
    chmod 755 "$new"
    mv -T "$new" "$root"
    tell_of_older_roots "$root"
  fi
  exec {lock}>&-
}

# make_root MIRROR FOLDER: unpacked from a stream, so that every file belongs
# to the user and the cache can be deleted like any other.
make_root ()
{
  local mirror=$1 folder=$2 options bootstrap
  options=$(mktemp)
  # How this machine reaches its mirror (proxies, timeouts) holds for the root.
  apt-config dump Acquire | grep '^Acquire::.*::.*"..*"' |
    grep -v -e '^Acquire::IndexTargets' -e '^Acquire::cdrom' >"$options" || true
  chmod 644 "$options"
  bootstrap=(mmdebstrap --variant=apt --format=tar
             --include="$(list_packages | paste -sd,)"
             --aptopt="$options"
             --dpkgopt='path-exclude=/usr/share/doc/*'
             --dpkgopt='path-exclude=/usr/share/man/*'
             --dpkgopt='path-exclude=/usr/share/gtk-doc/*'
             "$root_release" - "$mirror")
  if ((EUID == 0)); then
    "${bootstrap[@]}" --mode=root
  elif can_unshare; then
    TMPDIR=/var/tmp "${bootstrap[@]}" --mode=unshare
  else
    as_root "to make the Debian 13 root, because this user may not create" \
            "user namespaces" env TMPDIR=/var/tmp "${bootstrap[@]}" --mode=root
  fi | tar -x --no-same-owner --exclude './dev/*' -C "$folder"
  rm -f "$options"
}

can_unshare ()
{
  grep -q -s "^$(id -un):" /etc/subuid && unshare --user --map-root-user true \
    2>/dev/null
}

# The Debian mirror that this machine uses, from its own apt sources of either
# form; other vendors' repositories do not carry Debian's release.
find_mirror ()
{
  local uri file
  file=$(mktemp)
  while read -r uri; do
    uri=${uri%/}
    if /usr/lib/apt/apt-helper -qq download-file \
         "$uri/dists/$root_release/Release" "$file" >/dev/null 2>&1 &&
       grep -q '^Origin: Debian$' "$file"; then
      rm -f "$file"
      printf '%s\n' "$uri"
      return
    fi
  done < <(printf '%s\n' "${ORDINATE_MIRROR:-}" |
             sed '/^$/d'
           apt-get indextargets --format '$(REPO_URI) $(COMPONENT) $(SITE)' \
             'Created-By: Packages' | awk '$2 == "main" && !seen[$1]++ { print $1 }')
  rm -f "$file"
  fail "None of this machine's apt sources carries Debian 13 ($root_release)." \
       "Set ORDINATE_MIRROR to the address of a Debian mirror."
}

tell_of_older_roots ()
{
  local root product
  product=$(package_lists=("${package_lists[0]}"); root_of_lists)
  for root in "$cache"/debian-13-*; do
    [[ $root == "$1" || $root == "$product" ]] ||
      note "An older root is left for other checkouts; to free its space:" \
           "rm -rf $root"
  done
}

# enter_root ROOT COMMAND…: becomes the command. The system's own folders are
# the root's; everything else (homes, data, /tmp) is this machine's.
enter_root ()
{
  local root=$1 folder name
  shift
  case $project in
    /usr/* | /etc/* | /boot/* | /run/* | /bin/* | /sbin/* | /lib*/*)
      fail "A checkout in $project cannot be seen inside the Debian 13 root;" \
           "move it below /home, /opt, /srv or /var." ;;
  esac

  local options=(--die-with-parent --proc /proc --dev /dev
                 --ro-bind "$root/usr" /usr --ro-bind "$root/etc" /etc)
  for name in bin sbin lib lib32 lib64; do
    [[ ! -L $root/$name ]] ||
      options+=(--symlink "$(readlink "$root/$name")" "/$name")
  done
  # The same names and machine as outside; the X server's key may lie in /run.
  for name in passwd group machine-id; do
    [[ ! -e /etc/$name || ! -e $root/etc/$name ]] ||
      options+=(--ro-bind "/etc/$name" "/etc/$name")
  done
  options+=(--dir /run --bind-try "/run/user/$EUID" "/run/user/$EUID"
            --bind-try /run/media /run/media)
  for folder in /*; do
    case ${folder#/} in
      bin | sbin | lib* | usr | etc | proc | sys | dev | run | boot) ;;
      lost+found | swap*) ;;
      *) [[ ! -d $folder || ! -r $folder ]] ||
           options+=(--bind "$(readlink -f "$folder")" "$folder") ;;
    esac
  done

  # The machine's own search paths and settings mean nothing in there.
  options+=(--clearenv --setenv LANG C.UTF-8 --setenv SHELL /bin/bash
            --setenv PATH /usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
            --setenv ORDINATE_ENVIRONMENT "$root")
  for name in HOME USER LOGNAME TERM COLUMNS NO_COLOR DISPLAY XAUTHORITY \
              XDG_RUNTIME_DIR XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME \
              GIMP3_DIRECTORY TMPDIR G_MESSAGES_DEBUG OMP_NUM_THREADS \
              OMP_WAIT_POLICY GOMP_SPINCOUNT; do
    [[ -z ${!name+set} ]] || options+=(--setenv "$name" "${!name}")
  done

  exec bwrap "${options[@]}" --chdir "$PWD" -- "$@"
}
