"""The guide's records, dictionaries with its keys, and the public JSON of the protocol."""

import base64

# What the plug-in added to a record: it travels in one field of the record's JSON, and comes back untouched.
OWN = "python"
NOTE = "osc-json:"

TEXT_TYPE = type(u"")
INT_TYPES = (int,) if str is not bytes else (int, long)  # noqa: F821

SERVER = {
    "uuid": "Uuid", "name": "Name", "plugin_name": "PluginName", "plugin_version": "PluginVersion", "storage_type": "StorageType",
    "admin_host": "AdminHost", "admin_user": "AdminUser", "storage_name": "StorageName", "vol_groups": "VolumeGroups", "extra_info": "ExtraInfo",
    "netdevs": "NetDevices", "chap": "Chap", "storage_id": "StorageId", "array_id": "ArrayId", "iscsi_storage_targets": "IscsiTargets",
    "access_grps": "AccessGroups", "status": "Status", "storage_desc": "Description", "total_sz": "TotalBytes", "used_sz": "UsedBytes",
    "free_sz": "FreeBytes", "alloc_sz": "AllocatedBytes",
}
ELEMENT = {
    "uuid": "Uuid", "ss_uuid": "StorageServerUuid", "ss_name": "StorageServerName", "name": "Name", "se_type": "Type", "size": "SizeBytes",
    "vol_group_name": "VolumeGroupName", "page83_id": "Page83Id", "qos": "Qos", "thin_provision": "ThinProvisioned", "online": "State",
    "status": "Status", "access_grp_names": "AccessGroupNames", "device_paths": "DevicePaths", "lun_addresses": "LunAddresses",
    "source_uuids": "SourceUuids", "source_names": "SourceNames", "source_sizes": "SourceSizes", "used_sz": "UsedBytes",
    "unique_sz": "UniqueBytes", "extra_info": "ExtraInfo", "created_at": "CreatedAt", "async_progress": "AsyncProgress", "async_handle": "AsyncHandle",
}
GROUP = {"access_grp_name": "Name", "grp_entries": "Entries", "ss_uuid": "StorageServerUuid", "ss_name": "StorageServerName"}
QOS = {"value": "Value", "name": "Name", "description": "Description", "ss_uuid": "StorageServerUuid"}
TARGET = {"target_name": "TargetName", "portal": "Portal", "tpgt": "Tpgt", "ss_uuid": "StorageServerUuid", "connected": "Connected"}
LUN = {"target_name": "TargetName", "tpgt": "Tpgt", "lun": "Lun"}
CONTEXT = {
    "access_host": "Host", "access_port": "Port", "access_user": "ChapUser", "mutual_user": "MutualChapUser", "netdev": "NetDevice",
}
CONTEXT_SECRETS = {"access_passwd": "chap", "mutual_passwd": "mutualChap"}
ABILITY = {
    "snapshot": "Snapshot", "custom_snap_name": "CustomSnapName", "snap_is_sync": "SnapIsSync", "clone": "Clone", "custom_clone_name": "CustomCloneName",
    "clone_is_sync": "CloneIsSync", "resize": "Resize", "resize_is_sync": "ResizeIsSync", "splitclone": "SplitClone",
    "splitclone_is_sync": "SplitCloneIsSync", "splitclone_while_open": "SplitCloneWhileOpen", "snapclone": "SnapClone",
    "snapclone_is_sync": "SnapCloneIsSync", "require_storage_name": "RequireStorageName", "access_control": "AccessControl",
}
# Secrets, and what is made of other fields: never sent back.
SERVER_ONLY_IN = frozenset(
    ["admin_passwd", "access_contexts", "access_host", "access_port", "access_user", "access_passwd", "mutual_user", "mutual_passwd", "netdev"])
SIZES = frozenset(["size", "used_sz", "unique_sz", "total_sz", "free_sz", "alloc_sz"])
NOTES = frozenset(["async_handle", "storage_id"])


class BadValue(Exception):
    """The plug-in returned what no record can hold."""


def to_int(value, key):
    """A size or a number, which a plug-in may have as text."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise BadValue("'%s' is %r, not a number" % (key, value))
    if isinstance(value, float) and value != number:
        raise BadValue("'%s' is %r, not a whole number of bytes" % (key, value))
    return number


def pack(value):
    """A value of the plug-in's own as JSON that keeps its type."""
    if value is None or isinstance(value, (bool, TEXT_TYPE) + INT_TYPES):
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise BadValue("%r has no JSON" % value)
        return value
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(bytes(value)).decode("ascii")}
    if isinstance(value, list):
        return [pack(item) for item in value]
    if isinstance(value, tuple):
        return {"$tuple": [pack(item) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"$set": [pack(item) for item in sorted(value)]}
    if isinstance(value, dict):
        if all(isinstance(key, TEXT_TYPE) and not key.startswith("$") for key in value):
            return dict((key, pack(item)) for key, item in value.items())
        return {"$dict": [[pack(key), pack(item)] for key, item in value.items()]}
    raise BadValue("%s is no value that a record can hold" % type(value).__name__)


def unpack(value):
    """What pack was given."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        kind, content = next(iter(value.items()))
        if kind == "$bytes":
            return base64.b64decode(content)
        if kind == "$tuple":
            return tuple(unpack(item) for item in content)
        if kind == "$set":
            return set(unpack(item) for item in content)
        if kind == "$dict":
            return dict((unpack(key), unpack(item)) for key, item in content)
    return dict((key, unpack(item)) for key, item in value.items())


def note_out(value):
    """A note of the plug-in's own (async_handle, storage_id): a text as it is, anything else as JSON."""
    if isinstance(value, TEXT_TYPE) and not value.startswith(NOTE):
        return value
    import json
    return NOTE + json.dumps(pack(value))


def note_in(value):
    if not value.startswith(NOTE):
        return value
    import json
    return unpack(json.loads(value[len(NOTE):]))


def _texts(value):
    return [to_text(item) for item in value]


def to_text(value):
    """A text, whatever the plug-in has in its place."""
    if isinstance(value, TEXT_TYPE):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return TEXT_TYPE(value)


def _out(record, names, convert, ignored=frozenset()):
    if not isinstance(record, dict):
        raise BadValue("%s is no record" % type(record).__name__)
    wire = {}
    own = None
    for key, value in record.items():
        name = names.get(key)
        if name is not None:
            if value is not None:
                converter = convert.get(key)
                wire[name] = value if converter is None else converter(value)
        elif key not in ignored:
            own = {} if own is None else own
            own[to_text(key)] = pack(value)
    if own:
        wire[OWN] = own
    return wire


def _in(wire, names, convert):
    record = {}
    own = None
    for name, value in wire.items():
        key = names.get(name)
        if key is not None:
            converter = convert.get(key)
            record[key] = value if converter is None else converter(value)
        elif name == OWN:
            own = value
        else:
            record[name] = value
    if own:
        for key, value in own.items():
            record[key] = unpack(value)
    return record


def _turned(names):
    return dict((name, key) for key, name in names.items())


SERVER_IN, ELEMENT_IN, GROUP_IN, QOS_IN, TARGET_IN, LUN_IN, CONTEXT_IN = [
    _turned(names) for names in (SERVER, ELEMENT, GROUP, QOS, TARGET, LUN, CONTEXT)]


def _size(key):
    return lambda value: value if type(value) is int else to_int(value, key)


def _text(value):
    return value if type(value) is TEXT_TYPE else to_text(value)


def _unknown_size(key):
    # -1 is unknown in records of the field.
    def convert(value):
        number = to_int(value, key)
        return number if number >= 0 else None
    return convert


def group_out(group):
    return _out(group, GROUP, {"access_grp_name": _text, "grp_entries": _texts})


def group_in(wire):
    return _in(wire, GROUP_IN, {})


def qos_out(value):
    return _out(value, QOS, {"value": _text, "name": _text, "description": _text})


def target_out(target):
    return _out(target, TARGET, {"target_name": _text, "portal": _text})


def target_in(wire):
    return _in(wire, TARGET_IN, {})


_ELEMENT_OUT = {
    "size": _size("size"), "used_sz": _unknown_size("used_sz"), "unique_sz": _unknown_size("unique_sz"), "online": lambda on: "Online" if on else "Offline",
    "async_handle": note_out, "lun_addresses": lambda luns: [_out(lun, LUN, {}) for lun in luns], "async_progress": lambda value: to_int(value, "progress"),
    "access_grp_names": _texts, "device_paths": _texts, "source_uuids": _texts, "source_names": _texts,
    "source_sizes": lambda sizes: [to_int(size, "source_sizes") for size in sizes], "created_at": _text, "qos": _text,
    "uuid": _text, "ss_uuid": _text, "name": _text, "se_type": _text, "vol_group_name": _text, "page83_id": _text, "status": _text, "extra_info": _text,
}
_ELEMENT_IN_VALUES = {
    "online": lambda state: state != "Offline", "async_handle": note_in, "lun_addresses": lambda luns: [_in(lun, LUN_IN, {}) for lun in luns],
}


def element_out(element):
    """The JSON of an se_record."""
    wire = _out(element, ELEMENT, _ELEMENT_OUT)
    if "Uuid" not in wire:
        wire["Uuid"] = _derived_uuid(wire)
    return wire


def element_in(wire):
    """The se_record of a JSON."""
    return _in(wire, ELEMENT_IN, _ELEMENT_IN_VALUES)


def _derived_uuid(wire):
    import hashlib
    page83 = wire.get("Page83Id")
    identity = [wire.get("StorageServerUuid", ""), page83] if page83 else [wire.get("StorageServerUuid", ""), wire.get("Type", ""), wire.get("Name", "")]
    return hashlib.sha256("\0".join(identity).encode("utf-8")).hexdigest()[:32]


def server_out(server):
    """The JSON of an ss_record."""
    convert = {
        "total_sz": _unknown_size("total_sz"), "used_sz": _unknown_size("used_sz"), "free_sz": _unknown_size("free_sz"),
        "alloc_sz": _unknown_size("alloc_sz"), "storage_id": note_out, "chap": bool, "netdevs": _texts, "vol_groups": _texts,
        "iscsi_storage_targets": lambda targets: [target_out(target) for target in targets],
        "access_grps": lambda groups: [group_out(group) for group in groups],
        "status": _text, "storage_desc": _text, "extra_info": _text, "array_id": _text,
    }
    return _out(server, SERVER, convert, SERVER_ONLY_IN)


def server_in(wire, secrets, has_contexts):
    """The ss_record of a JSON. Below revision 1.2.9 there is one login host, in the record itself."""
    contexts = wire.pop("AccessContexts", [])
    server = _in(wire, SERVER_IN, {
        "storage_id": note_in, "iscsi_storage_targets": lambda targets: [target_in(target) for target in targets],
        "access_grps": lambda groups: [group_in(group) for group in groups],
    })
    secrets = secrets or {}
    server["admin_passwd"] = secrets.get("admin")
    context_secrets = secrets.get("accessContexts") or [{}] * len(contexts)
    access = []
    for context, own in zip(contexts, context_secrets):
        record = _in(context, CONTEXT_IN, {})
        for key, name in CONTEXT_SECRETS.items():
            record[key] = own.get(name)
        access.append(record)
    if has_contexts:
        server["access_contexts"] = access
    elif access:
        server.update(access[0])
    # The guide's keys are there in every record.
    for key in ("extra_info", "storage_id", "storage_name", "admin_host", "admin_user", "status", "storage_desc"):
        server.setdefault(key, None)
    for key in ("access_grps", "iscsi_storage_targets", "netdevs"):
        server.setdefault(key, [])
    return server


def ability_out(ability):
    """The JSON of a plugin_ability dictionary."""
    if not isinstance(ability, dict):
        raise BadValue("%s is no dictionary of abilities" % type(ability).__name__)
    wire = {}
    for key, value in ability.items():
        if key == "max_access_entries":
            wire["MaxAccessEntries"] = to_int(value, key)
        elif key in ABILITY:
            wire[ABILITY[key]] = to_text(value).capitalize()
        else:
            wire.setdefault(OWN, {})[to_text(key)] = pack(value)
    return wire
