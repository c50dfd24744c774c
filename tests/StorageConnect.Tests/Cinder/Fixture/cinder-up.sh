#!/bin/bash
# Cinder's API, scheduler and volume manager in one process, with a tgtd of its own for the back-ends that speak iSCSI; all under $D.
#
#   D=/folder CEPH=/folder/ceph.conf APIPORT=8776 ISCSIPORT=3260 BACKENDS=rbd,tgt,stable,fake AUTH=noauth|keystone EXTRA=/more.conf cinder-up.sh
#   D=/folder APIPORT=8776 cinder-up.sh again        the service once more, after its process was killed
set -eu
here=$(dirname "$(readlink -f "$0")")
export PATH=$D/bin:/usr/sbin:/usr/bin:/sbin:/bin PYTHONPATH=$D PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=1
export TGT_IPC_SOCKET=$D/tgt # tgtadm, which Cinder calls, finds the daemon by it
if [ "${1:-}" != again ]; then
    mkdir -p "$D"/{locks,coord,volumes,volumes2,run,bin}
    printf 'include %s/volumes/*\ninclude %s/volumes2/*\n' "$D" "$D" >"$D/targets.conf"
    printf '#!/bin/sh\nexec /usr/sbin/tgt-admin -c %s/targets.conf "$@"\n' "$D" >"$D/bin/tgt-admin"
    chmod +x "$D/bin/tgt-admin"
    tgtd -f -C 0 --iscsi portal=127.0.0.1:"$ISCSIPORT" >"$D/tgtd.out" 2>&1 &
    echo $! >"$D/run/tgtd.pid"
    for file in cinder.conf rbdtgt.py; do
        sed -e "s,@D@,$D,g;s,@CEPH@,$CEPH,g;s,@APIPORT@,$APIPORT,g;s,@ISCSIPORT@,$ISCSIPORT,g;s#@BACKENDS@#$BACKENDS#g;s,@AUTH@,$AUTH,g" \
            "$here/$file.in" >"$D/$file"
    done
    [ -z "${EXTRA:-}" ] || cat "$EXTRA" >>"$D/cinder.conf"
    cinder-manage --config-file "$D/cinder.conf" db sync >"$D/dbsync.log" 2>&1
    /usr/bin/python3 -c "import sqlite3; sqlite3.connect('$D/cinder.sqlite').execute('pragma journal_mode=wal').fetchone()"
fi
/usr/bin/python3 "$here/cinder-one.py" --config-file "$D/cinder.conf" >>"$D/one.out" 2>&1 </dev/null &
echo $! >"$D/run/one.pid"
until curl -sf -o /dev/null --max-time 20 "http://127.0.0.1:$APIPORT/healthcheck"; do
    kill -0 "$(cat "$D/run/one.pid")" # where it has ended, so does this script
    [ $SECONDS -lt 240 ]
    sleep .05
done
