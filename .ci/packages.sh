# shellcheck shell=bash
# The Debian packages that Cairn is built, tested and measured with, each with its reason: the one list of them. Sourced
# by quickstart, check and bench/run.

# shellcheck disable=SC2034  # the lists are read by the scripts that source this file
build_packages='
g++                  compiles C++20
cmake                configures the build
ninja-build          runs the build
librocksdb-dev       the embedded store
libpq-dev            the store of a ledger in PostgreSQL
libssl-dev           SHA-256, ECDSA, keys and signing
libcurl4-openssl-dev asks witnesses for their cosignatures
libsodium-dev        verifies Ed25519 signatures in half the time that OpenSSL takes
nlohmann-json3-dev   reads and writes JSON
libcli11-dev         reads the command line
libp11-kit-dev       the header of PKCS#11, for keys on tokens, whose own module is loaded at need
zlib1g-dev           checks the CRCs of .pt archives
openssl              verifies signatures a second way, in verify/independent.py
python3              runs verify/independent.py
'

# shellcheck disable=SC2034
test_packages='
catch2               the test framework
postgresql           the server that the tests of that store start, kill and promote
softhsm2             the token that the tests of PKCS#11 sign with
valgrind             runs the main path of the command line, for errors of memory that no sanitizer of ours sees
tzdata               the time zones that freeze windows are worked out in
clang                the second compiler: its warnings count as errors too
clang-tidy           reads the product for what no compiler warns of
libclang-rt-14-dev   what the fuzz targets and the sanitizers of clang link
chromium             opens the page of a report in tests/browser, as a reader would
chromium-driver      lets those tests press keys and read what the page shows
'

# What people use instead of Cairn, and what it is held against; only bench/run asks for these.
# shellcheck disable=SC2034
bench_packages='
libsimdjson-dev      the fastest reader of JSON that validates
libsqlite3-dev       SQLite, with a hash chain
postgresql           a table with a hash chain made by a trigger; the store in PostgreSQL with its standby
git                  signed commits
openssh-client       signs them
'

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | head -n 1)" = installed ]
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

# need_packages LIST LOG: says which packages of the list are missing and why they are needed, and installs them. Does
# nothing when all are there.
need_packages() {
  local list=$1 log=$2 package why
  local missing=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    printf 'This is no Debian system, so nothing is installed; these are taken for granted:\n%s\n' "$list"
    return 0
  fi
  while read -r package why; do
    if [ -z "$package" ] || is_installed "$package"; then
      continue
    fi
    [ "${#missing[@]}" -gt 0 ] || printf 'Missing Debian packages:\n'
    printf '  %-20s %s\n' "$package" "$why"
    missing+=("$package")
  done <<<"$list"
  if [ "${#missing[@]}" -eq 0 ]; then
    printf 'All Debian packages are there.\n'
    return 0
  fi
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    printf 'Installing them needs root, and there is no sudo. As root, run:\n  apt-get install %s\n' "${missing[*]}" >&2
    return 1
  fi
  install_packages "$log" "${missing[@]}"
}

install_packages() {
  local log=$1
  shift
  local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
  mkdir -p "$(dirname "$log")"
  printf 'Installing them with apt-get (the output goes to %s) ...\n' "$log"
  # A mirror list that could not be refreshed is no reason to stop: the packages may be known already.
  as_root apt-get "${options[@]}" update >"$log" 2>&1 </dev/null || printf 'apt-get update failed; going on with the lists that are there.\n'
  if ! as_root apt-get "${options[@]}" install "$@" >>"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    printf 'apt-get could not install: %s\nSee %s, then run this again.\n' "$*" "$log" >&2
    return 1
  fi
}

# elapsed SECONDS: "4 s", "3 min 10 s"
elapsed() {
  if [ "$1" -lt 60 ]; then
    printf '%d s' "$1"
  else
    printf '%d min %d s' "$(($1 / 60))" "$(($1 % 60))"
  fi
}
