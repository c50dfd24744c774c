"""The guide's methods: which arguments each takes and what it returns."""

import osc_records as records

CHUNK = 500


def _elements_out(elements):
    return [records.element_out(element) for element in elements or []]


def _groups_out(groups):
    return [records.group_out(group) for group in groups or []]


def _elements_in(wire):
    return [records.element_in(element) for element in wire]


def _groups_in(wire):
    return [records.group_in(group) for group in wire]


def _nothing(_value):
    return None


def _number(value):
    return records.to_int(value, "limit")


_ELEMENT = ("element", records.element_in)
_SNAPSHOT = ("snapshot", records.element_in)
_DESTINATION = ("destination", records.element_in)
_RECORD = ("record", records.element_in)
_QOS = ("qos", None)

# Method: what must be given after the ss_record, what may be given, and what comes back.
CALLS = {
    "validate": ([], [], _nothing),
    "getCapabilities": ([], [], records.ability_out),
    "getStorageNames": ([], [], lambda names: [records.to_text(name) for name in names or []]),
    "getAccessGroups": ([], [_ELEMENT], _groups_out),
    "createAccessGroups": ([("groups", _groups_in)], [], _groups_out),
    "removeAccessGroups": ([("groups", _groups_in)], [], _groups_out),
    "renameAccessGroup": ([("name", None), ("newName", None)], [], _groups_out),
    "addToAccessGroup": ([("groupName", None), ("entries", None)], [], records.group_out),
    "removeFromAccessGroup": ([("groupName", None), ("entries", None)], [], records.group_out),
    "discover": ([], [], records.server_out),
    "start": ([], [], _nothing),
    "stop": ([], [], _nothing),
    "refresh": ([], [], _nothing),
    "updateSERecords": ([("elements", _elements_in)], [("appendAllowed", None)], _elements_out),
    "getStatus": ([], [_ELEMENT], records.to_text),
    "online": ([_ELEMENT], [], _nothing),
    "offline": ([_ELEMENT], [], _nothing),
    "create": ([_ELEMENT], [("thinProvision", None), _QOS], records.element_out),
    "startPresent": ([_ELEMENT, ("accessGroupNames", None)], [], records.element_out),
    "stopPresent": ([_ELEMENT, ("accessGroupNames", None)], [], records.element_out),
    "resize": ([_ELEMENT, ("newSizeBytes", None)], [], records.element_out),
    "remove": ([_ELEMENT], [], _nothing),
    "getCloneLimits": ([], [_ELEMENT], _number),
    "isCloneable": ([_ELEMENT], [], bool),
    "clone": ([_ELEMENT], [_DESTINATION, _QOS], records.element_out),
    "isSplittable": ([_ELEMENT], [], bool),
    "cloneFromSnap": ([_ELEMENT, _SNAPSHOT], [_DESTINATION, _QOS], records.element_out),
    "getCurrentClones": ([], [_ELEMENT], _elements_out),
    "getSnapLimits": ([], [_ELEMENT], _number),
    "isSnapable": ([], [_ELEMENT], bool),
    "createSnap": ([_ELEMENT], [_DESTINATION], records.element_out),
    "createMultiSnap": ([("elements", _elements_in)], [_DESTINATION], records.element_out),
    "isRestorable": ([_SNAPSHOT], [_ELEMENT], bool),
    "snapRestore": ([_SNAPSHOT], [_ELEMENT], _nothing),
    "snapRemove": ([_SNAPSHOT], [], _nothing),
    "getCurrentSnaps": ([], [_ELEMENT], _elements_out),
    "getQoSList": ([], [], lambda values: [records.qos_out(value) for value in values or []]),
    "setQoS": ([_ELEMENT, _QOS], [], _nothing),
    "getAsyncProgress": ([_RECORD], [], records.element_out),
    "cancel": ([_RECORD], [], bool),
}


def call(plugin, connection, method, params, has_contexts):
    """Calls a method with the guide's records, and returns its result as JSON."""
    server = records.server_in(params["server"], params.get("secrets"), has_contexts)
    if method == "list":
        return _list(plugin, connection, server, params)
    if method == "getInfo":
        return _info(plugin, server, params)
    if method == "splitClone":
        return _split(plugin, server, params)
    if method not in CALLS:
        import OSCPlugin
        raise OSCPlugin.NoSuchOperationEx("The plug-in has no %s." % method)
    required, optional, convert = CALLS[method]
    arguments = [_argument(params, name, reader) for name, reader in required]
    given = [_argument(params, name, reader) for name, reader in optional]
    # What is not given is left out, so that the plug-in's own defaults hold.
    while given and given[-1] is None:
        given.pop()
    return convert(getattr(plugin.instance, method)(server, *(arguments + given)))


def _argument(params, name, reader):
    value = params.get(name)
    return value if value is None or reader is None else reader(value)


def _list(plugin, connection, server, params):
    types = (params.get("filter") or {}).get("Types") or ["Lun", "SnapClone"]
    part = []
    for element in plugin.instance.list(server, types) or []:
        part.append(records.element_out(element))
        if len(part) == CHUNK:
            connection.send_items(part)
            part = []
    return part


def _info(plugin, server, params):
    element = _argument(params, "element", records.element_in)
    if element is not None:
        return records.element_out(plugin.instance.getInfo(server, element))
    return records.server_out(plugin.instance.getInfo(server))


def _split(plugin, server, params):
    element = records.element_in(params["element"])
    result = plugin.instance.splitClone(server, element)
    # In the guide it returns nothing; the protocol wants the element as it is now.
    return records.element_out(plugin.instance.getInfo(server, element) if result is None else result)
