#!/bin/bash
# Throw-away Cinder: API, scheduler and volume manager in one process, with a tgtd of its own for the back-ends that speak iSCSI.
# D=/dir CEPH=/dir/ceph.conf APIPORT=8776 ISCSIPORT=3260 TGTCTL=31 BACKENDS=rbd,tgt,stable,fake AUTH=noauth ./cinder-up.sh      stop: cinder-down.sh
set -eu
H=$(dirname $(readlink -f $0)); D=${D:?}; CEPH=${CEPH:?}; APIPORT=${APIPORT:-8776}; ISCSIPORT=${ISCSIPORT:-3260};
BACKENDS=${BACKENDS:-rbd,tgt,stable,fake}; AUTH=${AUTH:-noauth}
TGTCTL=${TGTCTL:-31}
mkdir -p $D/locks $D/coord $D/volumes $D/volumes2 $D/run $D/bin
# Cinder calls tgtadm and tgt-admin by PATH and knows no control port: wrappers give it a tgtd of its own
printf "include %s/volumes/*\ninclude %s/volumes2/*\n" $D $D > $D/targets.conf
printf '#!/bin/sh\nexec /usr/sbin/tgtadm -C %s "$@"\n' $TGTCTL > $D/bin/tgtadm
printf '#!/bin/sh\nPATH=/usr/sbin:$PATH exec /usr/sbin/tgt-admin -C %s -c %s "$@"\n' $TGTCTL $D/targets.conf > $D/bin/tgt-admin
chmod +x $D/bin/*; export PATH=$D/bin:/usr/sbin:/usr/bin:/sbin:/bin
tgtd -f -C $TGTCTL --iscsi portal=127.0.0.1:$ISCSIPORT >$D/tgtd.out 2>&1 & echo $! > $D/run/tgtd.pid
for f in cinder.conf rbdtgt.py; do sed -e "s,@D@,$D,g;s,@CEPH@,$CEPH,g;s,@APIPORT@,$APIPORT,g;s,@ISCSIPORT@,$ISCSIPORT,g;s#@BACKENDS@#$BACKENDS#g;s,@AUTH@,$AUTH,g" $H/$f.in > $D/$f; done
[ -z "${EXTRA:-}" ] || cat "$EXTRA" >> $D/cinder.conf
export PYTHONPATH=$D PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=1
[ -s $D/cinder.sqlite ] || cinder-manage --config-file $D/cinder.conf db sync >$D/dbsync.log 2>&1
/usr/bin/python3 $H/cinder-one.py --config-file $D/cinder.conf >$D/one.out 2>&1 & echo $! > $D/run/one.pid
for i in $(seq 600); do curl -sf -o /dev/null http://127.0.0.1:$APIPORT/healthcheck && break; sleep .05; done
