#!/bin/sh
# All the set-up that `npm start` and `npm test` run first: npm packages, the build, a Docker engine
# with compose. What is there is left alone. Docker is installed on Debian and Ubuntu as root only,
# from the sources that apt has there already.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

say() { echo "setup: $*" >&2; }
fail() { # message, what helps
  echo "error: $1" >&2
  echo "hint: $2" >&2
  exit 125
}
have() { command -v "$1" >/dev/null 2>&1; }
limit() { # seconds, command ...
  if have timeout; then timeout "$@"; else shift && "$@"; fi
}

### npm packages and the build

check_node() {
  have npm || fail 'npm is not installed' 'install Node.js 20.12 or newer, with npm'
  node -e 'const [a, b] = process.versions.node.split("."); process.exit(+(a * 100 + +b < 2005))' ||
    fail "node $(node --version) is too old" 'install Node.js 20.12 or newer'
}

install_packages() {
  stamp=node_modules/.labctl-lock
  want=$(cksum <package-lock.json)
  [ "$(cat "$stamp" 2>/dev/null)" != "$want" ] || return 0
  say 'installing npm packages (npm ci)'
  npm ci --loglevel=error --no-audit --no-fund --no-update-notifier >/dev/null
  echo "$want" >"$stamp"
}

# Beside dist first: a command that runs meanwhile finds the old one, no file outlives its source.
build() {
  new=node_modules/.labctl-dist
  sources='src tsconfig.json rolldown.config.js package-lock.json'
  # shellcheck disable=SC2086 # a list of words
  [ ! -f dist/.built ] || [ -n "$(find $sources -newer dist/.built)" ] || return 0
  say compiling
  rm -rf "$new"
  mkdir "$new"
  touch "$new/.built" # before tsc reads: what changes meanwhile is newer
  node_modules/.bin/tsc -p . --outDir "$new" >&2
  LABCTL_DIST=$new node_modules/.bin/rolldown -c >/dev/null
  chmod 755 "$new/bin/main.js"
  rm -rf dist
  mv "$new" dist
}

### Docker

engine_answers() { limit 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }
compose_answers() { limit 20 docker compose version >/dev/null 2>&1; }

# An engine that the user chose is the user's to start.
check_own_choice() {
  if ! have docker || engine_answers; then return; fi
  name=$(docker context inspect --format '{{.Name}}' 2>/dev/null) || name=${DOCKER_CONTEXT:-unknown}
  case "${DOCKER_HOST:-}" in
    unix:///var/run/docker.sock) ;;
    '') [ "$name" = default ] ||
      fail "the Docker engine of context $name does not answer" 'docker context use default' ;;
    *) fail "the Docker engine at DOCKER_HOST=$DOCKER_HOST does not answer" 'unset DOCKER_HOST' ;;
  esac
}

check_system() { # what is wrong
  id=$(. /etc/os-release 2>/dev/null && echo "${ID:-}") || id=
  case "$id" in
    debian | ubuntu) ;;
    *) fail "$1" 'see https://docs.docker.com/engine/install/, then run again' ;;
  esac
  [ "$(id -u)" = 0 ] ||
    fail "$1, or not to this user" "sudo $root/scripts/setup.sh; sudo adduser $(id -un) docker"
}

candidate() { LC_ALL=C apt-cache policy "$1" | sed -n 's/^ *Candidate: *\([^(]\)/\1/p'; }

apt_update() {
  say 'updating the package lists (apt-get update)'
  apt-get -qq -o DPkg::Lock::Timeout=300 update >&2 || say 'some package lists could not be had'
}

apt_install() {
  say "installing $* (apt-get install)"
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y \
    --no-install-recommends "$@" </dev/null >/dev/null ||
    fail "apt-get could not install $*" "apt-get install $*"
}

install_docker() {
  apt_update
  set --
  have dockerd || engine_answers || set -- docker.io iptables
  # A package of its own from Debian 13 on.
  have docker || [ -z "$(candidate docker-cli)" ] || set -- "$@" docker-cli
  # Makes images where no registry answers; cheaper to bring along than to find out.
  have mmdebstrap || set -- "$@" mmdebstrap
  compose_answers || [ -z "$(compose_package)" ] || set -- "$@" "$(compose_package)"
  [ $# = 0 ] || apt_install "$@"
  compose_answers || install_compose_plugin
}

# The package that holds compose v2: Docker's, Ubuntu's or Debian's. There is none on Debian 12.
compose_package() {
  for name in docker-compose-plugin docker-compose-v2 docker-compose; do
    case "$(candidate "$name")" in '' | 1.*) ;; *) echo "$name" && return ;; esac
  done
}

# The plugin of Debian 13 runs on 12 too. It is fetched with lists of its own: apt's stay untouched.
install_compose_plugin() {
  mirror=$(apt-get indextargets --format '$(SITE)' \
    'Origin: Debian' 'Label: Debian' 'Created-By: Packages' | head -n 1)
  [ -n "$mirror" ] ||
    fail 'apt knows no compose plugin' 'see https://docs.docker.com/compose/install/linux/'
  say 'installing the compose plugin of Debian 13 in /usr/local/lib/docker/cli-plugins'
  dir=$(mktemp -d)
  mkdir -p "$dir/parts" "$dir/lists/partial" "$dir/cache/archives/partial"
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb [signed-by=$keyring] $mirror trixie main" >"$dir/list"
  set -- -qq -o "Dir::Etc::sourcelist=$dir/list" -o "Dir::Etc::sourceparts=$dir/parts" \
    -o "Dir::State::lists=$dir/lists" -o "Dir::Cache=$dir/cache" \
    -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root
  { apt-get "$@" update && (cd "$dir" && apt-get "$@" download docker-compose); } >&2 ||
    fail "the compose plugin could not be had from $mirror" 'apt-get update shows if it answers'
  dpkg -x "$dir"/docker-compose_*.deb "$dir/unpacked"
  install -D -m 755 "$dir/unpacked/usr/libexec/docker/cli-plugins/docker-compose" \
    /usr/local/lib/docker/cli-plugins/docker-compose
  rm -rf "$dir"
}

# The base of every image comes from a registry or, with mmdebstrap, from the Debian mirror.
ensure_base_source() {
  ! have mmdebstrap && ! docker image inspect debian:trixie-slim >/dev/null 2>&1 || return 0
  ! limit 15 docker pull -q debian:trixie-slim >/dev/null 2>&1 || return 0
  [ "$(id -u)" = 0 ] && have apt-get || return 0
  say 'no registry answers; images will be made from the Debian mirror'
  apt_update
  [ -z "$(candidate mmdebstrap)" ] || apt_install mmdebstrap
}

setup_docker() {
  if engine_answers && compose_answers; then return; fi
  problem='the Docker engine does not answer'
  ! engine_answers || problem='docker has no compose plugin'
  have docker || problem='there is no docker command'
  check_own_choice
  check_system "$problem"
  exec 8>/run/labctl-setup.lock # other clones on this machine
  ! have flock || flock -w 900 8 || fail 'another set-up still runs' 'wait for it, then run again'
  if ! have docker || ! compose_answers || ! { have dockerd || engine_answers; }; then
    install_docker
  fi
  if engine_answers; then :; elif [ -d /run/systemd/system ]; then
    say 'starting Docker (systemctl start docker)'
    systemctl start docker || fail 'Docker did not start' 'journalctl -u docker'
  else
    say 'starting dockerd'
    scripts/start-dockerd.sh
  fi
  engine=$(docker version --format '{{.Server.Version}}')
  say "Docker $engine with compose $(docker compose version --short)"
}

check_node
# One set-up at a time; the lock goes with the process.
exec 9<package.json
! have flock || flock -w 900 9 || fail 'another set-up still runs' 'wait for it, then run again'
install_packages
build
setup_docker
ensure_base_source
