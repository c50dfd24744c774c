# Changes that take no room, in a pool that is full. The programs of the package ceph-common wait there until the pool has room again, except when they
# remove images and snapshots; the library behind them can do more. It is part of the same package.
# Arguments: configuration, user, pool, namespace, what to do, and with what. The exit code is an errno.
import sys

try:
    import rados
    import rbd
except ImportError as missing:
    print(missing, file=sys.stderr)
    sys.exit(127)


def set_note(pool, image, key, value):
    with rbd.Image(pool, image) as opened:
        opened.metadata_set(key, value)


def remove_note(pool, image, key):
    with rbd.Image(pool, image) as opened:
        try:
            opened.metadata_remove(key)
        except KeyError:
            pass


def lock(pool, name, cookie, seconds):
    pool.lock_exclusive(name, name, cookie, '', int(seconds))


def unlock(pool, name):
    pool.rm_xattr(name, 'lock.' + name)


def remove_group_snapshot(pool, group, snapshot):
    rbd.Group(pool, group).remove_snap(snapshot)


def remove_member(pool, group, image):
    rbd.Group(pool, group).remove_image(pool, image)


def remove_group(pool, group):
    rbd.RBD().group_remove(pool, group)


ACTIONS = {action.__name__: action for action in
           (set_note, remove_note, lock, unlock, remove_group_snapshot, remove_member, remove_group)}

configuration, user, name, namespace, action, *arguments = sys.argv[1:]
try:
    with rados.Rados(conffile=configuration, rados_id=user) as cluster:
        with cluster.open_ioctx(name) as opened_pool:
            opened_pool.set_namespace(namespace)
            opened_pool.set_osdmap_full_try()
            ACTIONS[action](opened_pool, *arguments)
except (rados.Error, rbd.Error) as failure:
    print(failure, file=sys.stderr)
    sys.exit(getattr(failure, 'errno', None) or 1)
