"""A plug-in of the days of Python 2, in its idiom."""

import fcntl
import os
import pickle

import OSCPlugin
from OSCPlugin import *
from OSCPuginUtils import makeMPPPage83FromRawPage83

__all__ = ["OldFolderPlugin"]

BLOCK = 512L
MOST = 17592186044416L


class OldFolderPlugin(IStorageArrayPlugin):
    """Oracle iSCSI Storage Array Plugin"""

    plugin_name          = "Old folder"
    vendor_name          = "Example "
    plugin_version       = "1.0.1-1"
    plugin_desc          = "Records in a pickle"
    ss_extra_info_help   = "Folder=<folder>"
    storage_types        = [IStorageArrayPlugin.SANStorage]
    required_api_vers    = ['1', '2', '7']
    extended_api_version = ['1', '2', '9']

    plugin_ability       = {"snapshot":              ABILITY_TYPES.UNSUPPORTED,
                            "custom_snap_name":      ABILITY_TYPES.NO,
                            "snap_is_sync":          ABILITY_TYPES.YES,
                            "clone":                 ABILITY_TYPES.UNSUPPORTED,
                            "custom_clone_name":     ABILITY_TYPES.NO,
                            "clone_is_sync":         ABILITY_TYPES.YES,
                            "resize":                ABILITY_TYPES.ONLINE,
                            "resize_is_sync":        ABILITY_TYPES.YES,
                            "splitclone":            ABILITY_TYPES.UNSUPPORTED,
                            "splitclone_is_sync":    ABILITY_TYPES.YES,
                            "splitclone_while_open": ABILITY_TYPES.NO,
                            "snapclone":             ABILITY_TYPES.UNSUPPORTED,
                            "snapclone_is_sync":     ABILITY_TYPES.YES,
                            "require_storage_name":  ABILITY_TYPES.NO,
                            "access_control":        ABILITY_TYPES.YES,
                            "max_access_entries":    -1}

    def validate(self, ss_record):
        print "validating", ss_record["name"]
        if ss_record["storage_type"] <> IStorageArrayPlugin.SANStorage:
            raise InvalidStorageArrayEx, "An old folder is a SAN array."
        if not ss_record.has_key("extra_info") or not (ss_record["extra_info"] or "").startswith("Folder="):
            raise InvalidStorageArrayEx, "ExtraInfo names no folder."
        try:
            os.stat(_folder(ss_record))
        except OSError, e:
            raise InvalidStorageArrayEx, "The folder is not there: %s" % e.strerror

    def getCapabilities(self, ss_record):
        return self.plugin_ability

    def getInfo(self, ss_record, se_record=None):
        if se_record:
            return _find(_load(ss_record), se_record)
        used = 0L
        for uuid, record in _load(ss_record)["elements"].iteritems():
            used += record["size"]
        ss_record["storage_desc"] = "Old folder with blocks of " + `int(BLOCK)`
        ss_record["status"] = "ok"
        ss_record["vol_groups"] = ["old"]
        ss_record["total_sz"] = unicode(MOST)
        ss_record["used_sz"] = used
        ss_record["free_sz"] = MOST - used
        return ss_record

    def getStatus(self, ss_record, se_record=None):
        return self.getInfo(ss_record, se_record)["status"]

    def list(self, ss_record, se_type=[IStorageArrayPlugin.LUNType, IStorageArrayPlugin.SnapCloneType]):
        return filter(lambda record: record["se_type"] in se_type, _load(ss_record)["elements"].values())

    def create(self, ss_record, se_record, thin_provision=True, qos=None):
        def change(state):
            if se_record.get("vol_group_name") not in (None, "old"):
                raise NotFoundEx, "There is no such volume group."
            if qos is not None:
                raise NoSuchOperationEx, "There are no qualities of service."
            if [one for one in state["elements"].values() if one["name"] == se_record["name"]]:
                raise StorageElementExistsEx, "The name is taken."
            uuid = os.urandom(16).encode("hex") if str is bytes else os.urandom(16).hex()
            record = dict(se_record)
            record.update({"uuid": uuid, "size": _rounded(se_record["size"]), "vol_group_name": "old", "status": "ok", "online": True,
                           "thin_provision": thin_provision, "access_grp_names": [],
                           "page83_id": makeMPPPage83FromRawPage83("0x6" + uuid[1:]), "own_note": ("a tuple", 1L)})
            state["elements"][uuid] = record
            return record
        return _change(ss_record, change)

    def resize(self, ss_record, se_record, new_size):
        def change(state):
            record = _find(state, se_record)
            record["size"] = _rounded(new_size)
            return record
        return _change(ss_record, change)

    def remove(self, ss_record, se_record):
        def change(state):
            record = _find(state, se_record)
            if record["own_note"] != ("a tuple", 1):
                raise ValueError("the note did not come back as it was")
            if len(record["access_grp_names"]) / 1 > 0:
                raise StorageElementBusyEx, "'%s' is presented." % record["name"]
            del state["elements"][record["uuid"]]
        _change(ss_record, change)

    def online(self, ss_record, se_record):
        _change(ss_record, lambda state: _find(state, se_record).update(online=True))

    def offline(self, ss_record, se_record):
        _change(ss_record, lambda state: _find(state, se_record).update(online=False))

    def startPresent(self, ss_record, se_record, access_grp_names):
        def change(state):
            record = _find(state, se_record)
            for name in access_grp_names:
                _group(state, name)
            record["access_grp_names"] = sorted(set(record["access_grp_names"]) | set(access_grp_names))
            return record
        return _change(ss_record, change)

    def stopPresent(self, ss_record, se_record, access_grp_names):
        def change(state):
            record = _find(state, se_record)
            for name in access_grp_names:
                _group(state, name)
            record["access_grp_names"] = sorted(set(record["access_grp_names"]) - set(access_grp_names))
            return record
        return _change(ss_record, change)

    def getAccessGroups(self, ss_record, se_record=None):
        state = _load(ss_record)
        names = state["groups"].keys() if se_record is None else _find(state, se_record)["access_grp_names"]
        return map(lambda name: _group(state, name), names)

    def createAccessGroups(self, ss_record, access_grps):
        def change(state):
            for group in access_grps:
                state["groups"].setdefault(group["access_grp_name"], list(group.get("grp_entries", [])))
            return _groups(state)
        return _change(ss_record, change)

    def removeAccessGroups(self, ss_record, access_grps):
        def change(state):
            used = reduce(lambda names, record: names + record["access_grp_names"], state["elements"].values(), [])
            for group in access_grps:
                if state["groups"].has_key(group["access_grp_name"]) and group["access_grp_name"] not in used:
                    del state["groups"][group["access_grp_name"]]
            return _groups(state)
        return _change(ss_record, change)

    def renameAccessGroup(self, ss_record, access_grp_name, new_access_grp_name):
        def change(state):
            entries = _group(state, access_grp_name)["grp_entries"]
            if state["groups"].has_key(new_access_grp_name):
                raise AccessGroupExistsEx, "The name is taken."
            del state["groups"][access_grp_name]
            state["groups"][new_access_grp_name] = entries
            for record in state["elements"].itervalues():
                record["access_grp_names"] = [(one, new_access_grp_name)[one == access_grp_name] for one in record["access_grp_names"]]
            return _groups(state)
        return _change(ss_record, change)

    def addToAccessGroup(self, ss_record, access_grp_name, grp_entries):
        def change(state):
            entries = list(_group(state, access_grp_name)["grp_entries"])
            for entry in grp_entries:
                if not entry in entries:
                    entries.append(entry)
            state["groups"][access_grp_name] = entries
            return _group(state, access_grp_name)
        return _change(ss_record, change)

    def removeFromAccessGroup(self, ss_record, access_grp_name, grp_entries):
        def change(state):
            entries = _group(state, access_grp_name)["grp_entries"]
            state["groups"][access_grp_name] = [entry for entry in entries if not entry in grp_entries]
            return _group(state, access_grp_name)
        return _change(ss_record, change)

    def isSnapable(self, ss_record, se_record=None):
        return self._no(ss_record, se_record)

    def isCloneable(self, ss_record, se_record):
        return self._no(ss_record, se_record)

    def isSplittable(self, ss_record, se_record):
        return self._no(ss_record, se_record)

    def isRestorable(self, ss_record, snap_se_record, se_record=None):
        return self._no(ss_record, snap_se_record)

    def snapRestore(self, ss_record, snap_se_record, se_record=None):
        self._no(ss_record, snap_se_record)

    def snapRemove(self, ss_record, snap_se_record):
        self._no(ss_record, snap_se_record)

    def getSnapLimits(self, ss_record, se_record=None):
        return int(self._no(ss_record, se_record))

    def getCloneLimits(self, ss_record, se_record=None):
        return int(self._no(ss_record, se_record))

    def _no(self, ss_record, record):
        if record is not None:
            _find(_load(ss_record), record)
        return False


def _rounded(size):
    if size > MOST:
        raise LimitExceededEx, "There is no room."
    # Whole blocks: in Python 2 the division of integers gives an integer.
    return (size + BLOCK - 1) / BLOCK * BLOCK


def _folder(ss_record):
    return ss_record["extra_info"][len("Folder="):]


def _load(ss_record):
    path = os.path.join(_folder(ss_record), "state")
    if not os.path.exists(path):
        return {"elements": {}, "groups": {}}
    file = open(path, "rb")
    try:
        return pickle.load(file)
    finally:
        file.close()


def _change(ss_record, change):
    lock = open(os.path.join(_folder(ss_record), "lock"), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = _load(ss_record)
        result = change(state)
        path = os.path.join(_folder(ss_record), "state")
        file = open(path + ".new", "wb")
        pickle.dump(state, file, 2)
        file.close()
        os.rename(path + ".new", path)
        return result
    finally:
        lock.close()


def _find(state, record):
    try:
        return state["elements"][record["uuid"]]
    except KeyError, e:
        raise StorageElementNotFoundEx, "There is no element '%s'." % record.get("name")


def _group(state, name):
    if not state["groups"].has_key(name):
        raise AccessGroupNotFoundEx, "There is no access group '%s'." % name
    return {"access_grp_name": name, "grp_entries": state["groups"][name]}


def _groups(state):
    return [_group(state, name) for name in state["groups"]]
