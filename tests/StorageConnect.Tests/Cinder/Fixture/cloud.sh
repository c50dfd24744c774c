#!/bin/bash
# A throw-away cloud under $1 that lives as long as somebody keeps this script's input open: even a killed test leaves nothing behind.
# cloud.sh FOLDER MONPORT APIPORT ISCSIPORT TGTCTL KEYSTONEPORT(0 = none)
H=$(dirname "$(readlink -f "$0")"); D=$1; export PYTHONWARNINGS=ignore
down() {
  for f in "$D"/*/run/*.pid; do [ -e "$f" ] && kill -9 "$(cat "$f")" 2>/dev/null; done
  rm -rf "$D"
}
trap down EXIT
trap '' PIPE
{
  D=$D/c PORT=$2 bash "$H/ceph-up.sh"
  if [ "$6" != 0 ]; then
    D=$D/i PORT=$6 CINDERPORT=$3 bash "$H/keystone-up.sh"
    AUTH=keystone EXTRA=$D/auth.conf; export AUTH EXTRA
  fi
  D=$D/k CEPH=$D/c/ceph.conf APIPORT=$3 ISCSIPORT=$4 TGTCTL=$5 bash "$H/cinder-up.sh"
} >"$D/up.log" 2>&1 </dev/null
echo ready
cat >/dev/null # until the input ends
