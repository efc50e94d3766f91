#!/bin/sh
# Starts dockerd where no service manager does, e.g. in a container. Needs root. Clears away what a
# killed engine left, and comes back when the engine answers.
set -eu

log=/var/log/labctl-dockerd.log
run=/var/run
cgroups=/sys/fs/cgroup

is_running() { # pid file, program; a zombie has no command line
  proc=/proc/$(cat "$1" 2>/dev/null || echo none)
  [ "$(cat "$proc/comm" 2>/dev/null)" = "$2" ] && grep -q . "$proc/cmdline"
}

# What a killed engine leaves keeps the next one from starting when its process ids are used again.
remove_stale() {
  rm -f "$run/docker.pid" "$run/docker.sock"
  is_running "$run/docker/containerd/containerd.pid" containerd ||
    rm -f "$run"/docker/containerd/containerd.pid "$run"/docker/containerd/*.sock*
}

# A bare machine may have no cgroups mounted; one that is itself a container has them, and the
# settings of the network, read-only.
prepare_kernel() {
  if ! grep -q " $cgroups" /proc/mounts; then
    mount -t cgroup2 none "$cgroups"
    grep -q memory "$cgroups/cgroup.controllers" || mount_cgroups_v1
  fi
  awk '($3 ~ /^cgroup/ || $2 == "/proc/sys") && $4 ~ /^ro,/ { print $2 }' /proc/mounts |
    while read -r dir; do mount -o remount,bind,rw "$dir" || :; done
  # Version 2: a group hands its controllers on only when no process is in it.
  [ ! -f "$cgroups/cgroup.controllers" ] || pass_controllers_on || {
    mkdir -p "$cgroups/init"
    while read -r one; do
      echo "$one" >"$cgroups/init/cgroup.procs" || :
    done <"$cgroups/cgroup.procs"
    pass_controllers_on || :
  } 2>/dev/null
}

pass_controllers_on() {
  for name in $(cat "$cgroups/cgroup.controllers"); do
    echo "+$name" >"$cgroups/cgroup.subtree_control" || return 1
  done 2>/dev/null
}

# Those that the kernel has in version 1 already: another one would change it for the whole machine.
mount_cgroups_v1() {
  umount "$cgroups"
  mount -t tmpfs -o mode=755 none "$cgroups"
  awk 'NR > 1 && $2 > 0 { names[$2] = names[$2] comma[$2] $1; comma[$2] = "," }
    END { for (id in names) print names[id] }' /proc/cgroups |
    while read -r names; do
      mkdir "$cgroups/$names"
      mount -t cgroup -o "$names" none "$cgroups/$names"
    done
}

answers() { timeout 20 docker -H unix:///var/run/docker.sock version >/dev/null 2>&1; }

pid=
if ! is_running "$run/docker.pid" dockerd; then
  remove_stale
  prepare_kernel
  # Without the descriptors of who calls, some of which are locks.
  setsid dockerd >>"$log" 2>&1 </dev/null 8>&- 9>&- &
  pid=$!
fi
tries=0
until answers; do
  tries=$((tries + 1))
  if [ $tries -gt 300 ] || { [ -n "$pid" ] && ! kill -0 "$pid" 2>/dev/null; }; then
    [ ! -f "$log" ] || tail -n 3 "$log" >&2
    echo 'error: the Docker engine does not start' >&2
    echo "hint: tail -n 50 $log" >&2
    exit 125
  fi
  sleep 0.2
done
