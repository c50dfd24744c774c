"""Volumes as files in a folder: a Storage Connect plug-in in Python, as the guide shows them."""

import binascii
import copy
import fcntl
import json
import os
import shutil

import OSCPlugin
from OSCPlugin import *
from OSCPluginUtils import makeMPPage83FromRawPage83

__all__ = ["FolderPlugin"]

MOST_ENTRIES = 16


class FolderPlugin(IStorageArrayPlugin):
    """Volumes as files in a folder."""

    plugin_name = "Folder"
    vendor_name = "Example"
    plugin_version = "1.0.0-1"
    plugin_desc = "Volumes as files in a folder"
    ss_extra_info_help = "The folder, which must be there: Folder=/srv/volumes"
    storage_types = [IStorageArrayPlugin.SANStorage]
    required_api_vers = ["1", "2", "9"]
    extended_api_version = ["1", "2", "10"]

    plugin_ability = {"snapshot":              ABILITY_TYPES.ONLINE,
                      "custom_snap_name":      ABILITY_TYPES.YES,
                      "snap_is_sync":          ABILITY_TYPES.YES,
                      "clone":                 ABILITY_TYPES.ONLINE,
                      "custom_clone_name":     ABILITY_TYPES.YES,
                      "clone_is_sync":         ABILITY_TYPES.YES,
                      "resize":                ABILITY_TYPES.ONLINE,
                      "resize_is_sync":        ABILITY_TYPES.YES,
                      "splitclone":            ABILITY_TYPES.UNSUPPORTED,
                      "splitclone_is_sync":    ABILITY_TYPES.YES,
                      "splitclone_while_open": ABILITY_TYPES.NO,
                      "snapclone":             ABILITY_TYPES.ONLINE,
                      "snapclone_is_sync":     ABILITY_TYPES.YES,
                      "require_storage_name":  ABILITY_TYPES.NO,
                      "access_control":        ABILITY_TYPES.YES,
                      "max_access_entries":    MOST_ENTRIES}

    @staticmethod
    def validate(ss_record):
        if ss_record["storage_type"] != IStorageArrayPlugin.SANStorage:
            raise InvalidStorageArrayEx("A folder is a SAN array, not %s." % ss_record["storage_type"], "Register it with -StorageType SAN.")
        folder = folder_of(ss_record)
        if not folder:
            raise InvalidStorageArrayEx("ExtraInfo names no folder.", "Give -ExtraInfo 'Folder=/path'.")
        if not os.path.isdir(folder):
            raise InvalidStorageArrayEx("The folder '%s' is not there." % folder, "Create it, or give another one.")

    @staticmethod
    def getCapabilities(ss_record):
        return FolderPlugin.plugin_ability

    @staticmethod
    def getInfo(ss_record, se_record=None):
        with Array(ss_record) as array:
            if se_record is not None:
                return array.find(se_record)
            status = os.statvfs(array.folder)
            ss_record["storage_desc"] = "Folder %s" % array.folder
            ss_record["status"] = "ok"
            ss_record["vol_groups"] = ["folder"]
            ss_record["total_sz"] = status.f_frsize * status.f_blocks
            ss_record["free_sz"] = status.f_frsize * status.f_bavail
            return ss_record

    @staticmethod
    def getStorageNames(ss_record):
        return []

    @staticmethod
    def getStatus(ss_record, se_record=None):
        return FolderPlugin.getInfo(ss_record, se_record)["status"]

    @staticmethod
    def list(ss_record, se_type=[IStorageArrayPlugin.LUNType, IStorageArrayPlugin.SnapCloneType]):
        with Array(ss_record) as array:
            return [record for record in array.elements() if record["se_type"] in se_type]

    @staticmethod
    def create(ss_record, se_record, thin_provision=True, qos=None):
        if qos is not None:
            raise NoSuchOperationEx("A folder has no qualities of service.", "Leave -Qos out.")
        if se_record.get("vol_group_name") not in (None, "folder"):
            raise NotFoundEx("There is no volume group '%s'." % se_record["vol_group_name"], "The one that is there is 'folder'.")
        with Array(ss_record) as array:
            record = array.new(se_record["name"], IStorageArrayPlugin.LUNType, se_record["size"])
            record["thin_provision"] = thin_provision
            array.write(record, None)
            return array.keep(record)

    @staticmethod
    def resize(ss_record, se_record, new_size):
        with Array(ss_record) as array:
            record = array.find(se_record)
            if record["se_type"] == IStorageArrayPlugin.SnapshotType:
                raise InvalidRequestEx("'%s' is a snapshot." % record["name"], "Choose an element.", element=record["name"])
            array.set_size(record, new_size)
            return array.keep(record)

    @staticmethod
    def remove(ss_record, se_record):
        with Array(ss_record) as array:
            record = array.find(se_record)
            if record["access_grp_names"]:
                raise StorageElementBusyEx("'%s' is presented to %s." % (record["name"], ", ".join(record["access_grp_names"])), "Revoke the access first.",
                                           element=record["name"], obstacles=["access group " + name for name in record["access_grp_names"]])
            snapshots = array.snapshots_of(record)
            if snapshots:
                raise StorageElementBusyEx("'%s' has snapshots." % record["name"], "Remove its snapshots first.", element=record["name"],
                                           obstacles=["snapshot " + snapshot["name"] for snapshot in snapshots])
            array.delete(record)

    @staticmethod
    def online(ss_record, se_record):
        with Array(ss_record) as array:
            record = array.find(se_record)
            record["online"] = True
            array.keep(record)

    @staticmethod
    def offline(ss_record, se_record):
        with Array(ss_record) as array:
            record = array.find(se_record)
            record["online"] = False
            array.keep(record)

    # Access groups

    @staticmethod
    def getAccessGroups(ss_record, se_record=None):
        with Array(ss_record) as array:
            names = None if se_record is None else array.find(se_record)["access_grp_names"]
            return [group for group in array.groups() if names is None or group["access_grp_name"] in names]

    @staticmethod
    def createAccessGroups(ss_record, access_grps):
        with Array(ss_record) as array:
            groups = array.groups()
            for group in access_grps:
                if not any(other["access_grp_name"] == group["access_grp_name"] for other in groups):
                    groups.append({"access_grp_name": group["access_grp_name"], "grp_entries": checked(group.get("grp_entries", []))})
            return array.keep_groups(groups)

    @staticmethod
    def removeAccessGroups(ss_record, access_grps):
        with Array(ss_record) as array:
            names = [group["access_grp_name"] for group in access_grps]
            # A group that elements are presented to stays.
            used = [name for record in array.elements() for name in record["access_grp_names"]]
            return array.keep_groups([group for group in array.groups()
                                      if group["access_grp_name"] not in names or group["access_grp_name"] in used])

    @staticmethod
    def renameAccessGroup(ss_record, access_grp_name, new_access_grp_name):
        with Array(ss_record) as array:
            group = array.group(access_grp_name)
            groups = array.groups()
            if any(other["access_grp_name"] == new_access_grp_name for other in groups):
                raise AlreadyExistsEx("There is an access group '%s' already." % new_access_grp_name, "Choose another name.", element=new_access_grp_name)
            for record in array.elements():
                if access_grp_name in record["access_grp_names"]:
                    record["access_grp_names"] = [new_access_grp_name if name == access_grp_name else name for name in record["access_grp_names"]]
                    array.keep(record)
            groups[groups.index(group)] = dict(group, access_grp_name=new_access_grp_name)
            return array.keep_groups(groups)

    @staticmethod
    def addToAccessGroup(ss_record, access_grp_name, grp_entries):
        with Array(ss_record) as array:
            entries = list(array.group(access_grp_name)["grp_entries"])
            for entry in grp_entries:
                if entry not in entries:
                    entries.append(entry)
            return array.keep_entries(access_grp_name, entries)

    @staticmethod
    def removeFromAccessGroup(ss_record, access_grp_name, grp_entries):
        with Array(ss_record) as array:
            return array.keep_entries(access_grp_name,
                                      [entry for entry in array.group(access_grp_name)["grp_entries"] if entry not in grp_entries])

    @staticmethod
    def startPresent(ss_record, se_record, access_grp_names):
        with Array(ss_record) as array:
            record = array.find(se_record)
            for name in access_grp_names:
                array.group(name)
                if name not in record["access_grp_names"]:
                    record["access_grp_names"].append(name)
            return array.keep(record)

    @staticmethod
    def stopPresent(ss_record, se_record, access_grp_names):
        with Array(ss_record) as array:
            record = array.find(se_record)
            for name in access_grp_names:
                array.group(name)
            record["access_grp_names"] = [name for name in record["access_grp_names"] if name not in access_grp_names]
            return array.keep(record)

    # Snapshots and clones

    @staticmethod
    def getSnapLimits(ss_record, se_record=None):
        return FolderPlugin.getCloneLimits(ss_record, se_record)

    @staticmethod
    def isSnapable(ss_record, se_record=None):
        if se_record is not None:
            FolderPlugin.getInfo(ss_record, se_record)
        return True

    @staticmethod
    def createSnap(ss_record, se_record, snap_se_record=None):
        return copy_of(ss_record, se_record, snap_se_record, IStorageArrayPlugin.SnapshotType)

    @staticmethod
    def getCurrentSnaps(ss_record, se_record=None):
        with Array(ss_record) as array:
            if se_record is not None:
                return array.snapshots_of(array.find(se_record))
            return [record for record in array.elements() if record["se_type"] == IStorageArrayPlugin.SnapshotType]

    @staticmethod
    def isRestorable(ss_record, snap_se_record, se_record=None):
        with Array(ss_record) as array:
            snapshot = array.find(snap_se_record)
            if se_record is not None and array.find(se_record)["uuid"] not in snapshot["source_uuids"]:
                return False
            return all(array.has(uuid) for uuid in snapshot["source_uuids"])

    @staticmethod
    def snapRestore(ss_record, snap_se_record, se_record=None):
        with Array(ss_record) as array:
            snapshot = array.find(snap_se_record)
            source = array.by_uuid(snapshot["source_uuids"][0])
            if se_record is not None and array.find(se_record)["uuid"] != source["uuid"]:
                raise SnapRestoreNotSafeEx("'%s' is no snapshot of '%s'." % (snapshot["name"], se_record["name"]), "Choose one of its own snapshots.")
            source["size"] = snapshot["size"]
            array.write(source, snapshot)
            array.keep(source)

    @staticmethod
    def snapRemove(ss_record, snap_se_record):
        with Array(ss_record) as array:
            record = array.find(snap_se_record)
            if record["se_type"] != IStorageArrayPlugin.SnapshotType:
                raise InvalidRequestEx("'%s' is no snapshot." % record["name"], "Choose a snapshot.", element=record["name"])
            array.delete(record)

    @staticmethod
    def getCloneLimits(ss_record, se_record=None):
        if se_record is not None:
            FolderPlugin.getInfo(ss_record, se_record)
        return -1

    @staticmethod
    def isCloneable(ss_record, se_record):
        FolderPlugin.getInfo(ss_record, se_record)
        return True

    @staticmethod
    def isSplittable(ss_record, se_record):
        FolderPlugin.getInfo(ss_record, se_record)
        return False

    @staticmethod
    def clone(ss_record, se_record, dest_se_record=None, qos=None):
        return copy_of(ss_record, se_record, dest_se_record, IStorageArrayPlugin.LUNType)

    @staticmethod
    def cloneFromSnap(ss_record, se_record, snap_se_record, dest_se_record=None, qos=None):
        if se_record["uuid"] not in FolderPlugin.getInfo(ss_record, snap_se_record)["source_uuids"]:
            raise InvalidRequestEx("'%s' is no snapshot of '%s'." % (snap_se_record["name"], se_record["name"]), "Choose one of its own snapshots.")
        return copy_of(ss_record, snap_se_record, dest_se_record, IStorageArrayPlugin.LUNType)

    @staticmethod
    def getCurrentClones(ss_record, se_record=None):
        with Array(ss_record) as array:
            source = None if se_record is None else array.find(se_record)["uuid"]
            return [record for record in array.elements() if record["se_type"] != IStorageArrayPlugin.SnapshotType
                    and record["source_uuids"] and (source is None or source in record["source_uuids"])]


def folder_of(ss_record):
    for part in (ss_record.get("extra_info") or "").split(";"):
        key, _, value = part.partition("=")
        if key.strip() == "Folder":
            return value.strip()
    return None


def checked(entries):
    if len(entries) > MOST_ENTRIES:
        raise LimitExceededEx("An access group has at most %d entries." % MOST_ENTRIES, "Make another group.")
    return entries


def copy_of(ss_record, se_record, dest_se_record, se_type):
    with Array(ss_record) as array:
        source = array.find(se_record)
        name = dest_se_record["name"] if dest_se_record else "%s-%s" % (source["name"], new_id()[:8])
        record = array.new(name, se_type, source["size"])
        record["source_uuids"] = [source["uuid"]]
        record["thin_provision"] = source["thin_provision"]
        array.write(record, source)
        return array.keep(record)


def new_id():
    return binascii.hexlify(os.urandom(16)).decode("ascii")


class Array(object):
    """The array in a folder: a file for each volume, and one with all records, which each change replaces as a whole."""

    def __init__(self, ss_record):
        self.server = ss_record["uuid"]
        self.folder = folder_of(ss_record)

    def __enter__(self):
        # One process at a time.
        try:
            self.lock = open(self.path("lock"), "a")
        except IOError:
            raise ArrayUnreachableEx("The folder '%s' is not there." % self.folder, "See that its file system is mounted.")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.state = {"elements": [], "groups": []}
        if os.path.exists(self.path("records.json")):
            with open(self.path("records.json")) as file:
                self.state = json.load(file)
        return self

    def __exit__(self, *_error):
        self.lock.close()

    def path(self, name):
        return os.path.join(self.folder, name)

    def save(self):
        with open(self.path("records.new"), "w") as file:
            json.dump(self.state, file)
            file.flush()
            os.fsync(file.fileno())
        os.rename(self.path("records.new"), self.path("records.json"))

    def elements(self):
        return [dict(copy.deepcopy(record), ss_uuid=self.server) for record in self.state["elements"]]

    def has(self, uuid):
        return any(record["uuid"] == uuid for record in self.state["elements"])

    def by_uuid(self, uuid, name=None):
        for record in self.elements():
            if record["uuid"] == uuid:
                return record
        raise NotFoundEx("There is no element '%s' in the folder." % (name or uuid), "Get-OscStorageElement lists the elements.", element=name)

    def find(self, se_record):
        return self.by_uuid(se_record["uuid"], se_record.get("name"))

    def snapshots_of(self, record):
        return [other for other in self.elements()
                if other["se_type"] == IStorageArrayPlugin.SnapshotType and record["uuid"] in other["source_uuids"]]

    def new(self, name, se_type, size):
        if any(record["name"] == name for record in self.state["elements"]):
            raise AlreadyExistsEx("There is an element '%s' already." % name, "Choose another name.", element=name)
        identity = new_id()
        return {"uuid": identity, "ss_uuid": self.server, "name": name, "se_type": se_type, "size": size, "vol_group_name": "folder", "status": "ok",
                "page83_id": makeMPPage83FromRawPage83("naa.6" + identity[1:]), "online": True, "access_grp_names": [], "source_uuids": []}

    def write(self, record, source):
        if source is not None:
            shutil.copyfile(self.path(source["uuid"]), self.path(record["uuid"]))
        self.set_size(record, record["size"])

    def set_size(self, record, size):
        status = os.statvfs(self.folder)
        try:
            if size > status.f_frsize * status.f_blocks:
                raise OverflowError()
            with open(self.path(record["uuid"]), "ab") as file:
                file.truncate(size)
        except (IOError, OverflowError):
            if not self.has(record["uuid"]) and os.path.exists(self.path(record["uuid"])):
                os.unlink(self.path(record["uuid"]))  # what was begun
            raise LimitExceededEx("There is no room for %d bytes." % size, "Choose a smaller size.")
        record["size"] = size

    def keep(self, record):
        self.state["elements"] = [other for other in self.state["elements"] if other["uuid"] != record["uuid"]] + [record]
        self.save()
        return record

    def delete(self, record):
        self.state["elements"] = [other for other in self.state["elements"] if other["uuid"] != record["uuid"]]
        self.save()
        os.unlink(self.path(record["uuid"]))

    def groups(self):
        return copy.deepcopy(self.state["groups"])

    def group(self, name):
        for group in self.groups():
            if group["access_grp_name"] == name:
                return group
        raise NotFoundEx("There is no access group '%s'." % name, "Get-OscAccessGroup lists the groups.", element=name)

    def keep_groups(self, groups):
        self.state["groups"] = groups
        self.save()
        return groups

    def keep_entries(self, name, entries):
        group = {"access_grp_name": name, "grp_entries": checked(entries)}
        self.keep_groups([group if other["access_grp_name"] == name else other for other in self.groups()])
        return group
