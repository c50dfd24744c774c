#!/bin/bash
# A throw-away cloud under FOLDER. It lives as long as somebody keeps this script's input open: a killed test leaves nothing behind. It prints "ready".
#
#   cloud.sh FOLDER APIPORT ISCSIPORT MONPORT KEYSTONEPORT      a port of 0: without Ceph (then only the back-end "fake"), without keystone
here=$(dirname "$(readlink -f "$0")")
folder=$1
down() {
    for file in "$folder"/*/run/*.pid; do [ -s "$file" ] && kill -KILL "$(cat "$file")" 2>/dev/null; done
    rm -rf "$folder"
}
trap down EXIT
trap '' PIPE
up() {
    set -e
    export BACKENDS=fake AUTH=noauth EXTRA= CEPH=/dev/null
    if [ "$4" != 0 ]; then
        MANAGER=0 bash "$here/../../../../docs/examples/ceph-cluster.sh" up "$folder/c" "$4"
        # On a loaded machine an answer may take longer than the cluster's own clients wait.
        sed 's/timeout = 10$/timeout = 120/' "$folder/c/ceph.conf" >"$folder/c/patient.conf"
        BACKENDS=rbd,tgt,stable,fake CEPH=$folder/c/patient.conf
    fi
    if [ "$5" != 0 ]; then
        D=$folder/i PORT=$5 bash "$here/keystone-up.sh"
        AUTH=keystone EXTRA=$folder/i/cinder-part.conf
    fi
    D=$folder/k APIPORT=$2 ISCSIPORT=$3 bash "$here/cinder-up.sh"
}
(up "$@") >"$folder/up.log" 2>&1 </dev/null
[ $? = 0 ] && echo ready || echo failed
cat >/dev/null # until the input ends
