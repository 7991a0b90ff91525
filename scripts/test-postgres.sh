#!/usr/bin/env bash
# scripts/test-postgres.sh start|stop|url|remove
#
# A throw-away PostgreSQL 17 with pgvector for the tests. Debian 12 has no pgvector package, so the packages of the next
# Debian are unpacked into .pg/ (git-ignored) and run there in a chroot: nothing is installed on the host.
# "start" prints the address, also when the server runs already. Needs root, apt-get, dpkg-deb and the apt sources of a Debian.
# Durability is switched off: the data is worth nothing. Do not use it for anything else.
set -euo pipefail

readonly RELEASE=trixie MAJOR=17 USER_ID=7017
base=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.pg
tree=$base/tree
apt=$base/apt
bin=/usr/lib/postgresql/$MAJOR/bin

fail() {
  echo "test-postgres: $*" >&2
  exit 1
}

inside() {
  env -i LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot --userspec=$USER_ID:$USER_ID "$tree" "$@"
}

running() {
  [ -e "$tree/data/postmaster.pid" ] && inside $bin/pg_isready -q -h 127.0.0.1 -p "$(cat "$base/port")"
}

# The mirror that this host uses already; both the one-line and the deb822 format of apt's sources.
debian_mirror() {
  { find /etc/apt/sources.list /etc/apt/sources.list.d \( -name '*.list' -o -name '*.sources' \) -exec cat {} + 2>/dev/null || true; } |
    grep -v '^ *#' | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' '
}

unpack() {
  [ -e "$base/unpacked" ] && return
  local mirror
  mirror=$(debian_mirror) || fail "no Debian mirror in /etc/apt: set NEXUS_TEST_DATABASE_URL to a PostgreSQL with pgvector"
  rm -rf "$tree" "$apt"
  mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,etc/preferences.d,etc/apt.conf.d} "$tree"
  : >"$apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $RELEASE main" >"$apt/etc/sources.list"
  # An apt of its own: own lists, own cache and an empty package status, so that every dependency is fetched.
  local own=(-o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache"
    -o Dir::Etc="$apt/etc" -o Dir::Etc::sourcelist="$apt/etc/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::trustedparts=/dev/null -o APT::Install-Recommends=false -o APT::Sandbox::User=root -o Acquire::Retries=3)
  apt-get "${own[@]}" -qq update
  apt-get "${own[@]}" -qq -y --download-only install postgresql-$MAJOR postgresql-$MAJOR-pgvector dash coreutils libc-bin tzdata >/dev/null
  extract
  rm -rf "$apt"
  touch "$base/unpacked"
}

extract() {
  local dir deb device
  # Debian's merged /usr: the links must be there before the first package is unpacked over them.
  for dir in bin sbin lib lib64; do
    mkdir -p "$tree/usr/$dir"
    ln -s "usr/$dir" "$tree/$dir"
  done
  for deb in "$apt"/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$tree" --keep-directory-symlink \
      --exclude='./usr/share/man' --exclude='./usr/share/doc' --exclude='./usr/share/locale/*'
  done
  mkdir -p "$tree"/{dev,tmp,data,etc}
  chmod 1777 "$tree/tmp"
  for device in null:3 zero:5 urandom:9; do
    mknod -m 666 "$tree/dev/${device%:*}" c 1 "${device#*:}"
  done
  echo "postgres:x:$USER_ID:$USER_ID::/tmp:/bin/sh" >>"$tree/etc/passwd"
  echo "postgres:x:$USER_ID:" >>"$tree/etc/group"
  chown $USER_ID:$USER_ID "$tree/data"
}

free_port() {
  local port
  for _ in $(seq 50); do
    port=$((20000 + RANDOM % 12000)) # below the range that the kernel gives to outgoing connections
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo $port
      return
    fi
  done
  fail "no free port found"
}

start() {
  [ "$(id -u)" = 0 ] || fail "needs root for chroot: set NEXUS_TEST_DATABASE_URL to a PostgreSQL with pgvector instead"
  for tool in apt-get dpkg-deb chroot; do command -v $tool >/dev/null || fail "$tool is missing: set NEXUS_TEST_DATABASE_URL"; done
  mkdir -p "$base"
  exec 9>"$base/lock"
  flock 9 # two runs that start together unpack once
  unpack
  if ! running; then
    [ -e "$tree/data/PG_VERSION" ] ||
      inside $bin/initdb -D /data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    free_port >"$base/port"
    inside $bin/pg_ctl -D /data -l /data/server.log -w -s -o "-p $(cat "$base/port") $(settings)" start 9>&- >/dev/null ||
      fail "the server did not start: see $tree/data/server.log"
  fi
  echo "postgres://postgres@127.0.0.1:$(cat "$base/port")/postgres" | tee "$base/url"
}

settings() {
  echo "-c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp -c dynamic_shared_memory_type=mmap -c jit=off" \
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
}

stop() {
  if running; then inside $bin/pg_ctl -D /data -w -s -m fast stop; fi
  rm -f "$base/url"
}

case "${1:-}" in
start) start ;;
stop) stop ;;
url) running && cat "$base/url" || fail "not running: scripts/test-postgres.sh start" ;;
remove) stop && rm -rf "$base" ;;
*) fail "usage: scripts/test-postgres.sh start|stop|url|remove" ;;
esac
