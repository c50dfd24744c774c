"""The connection to StorageConnect, for the modules that plug-ins import."""

import base64
import pickle

# The guide's methods, and cancel, which is not the guide's.
METHODS = (
    "validate", "getCapabilities", "getInfo", "getStorageNames", "getAccessGroups", "createAccessGroups", "removeAccessGroups", "renameAccessGroup",
    "addToAccessGroup", "removeFromAccessGroup", "discover", "start", "stop", "refresh", "list", "updateSERecords", "getStatus", "online", "offline",
    "create", "startPresent", "stopPresent", "resize", "remove", "getCloneLimits", "isCloneable", "clone", "isSplittable", "splitClone", "cloneFromSnap",
    "getCurrentClones", "getSnapLimits", "isSnapable", "createSnap", "createMultiSnap", "isRestorable", "snapRestore", "snapRemove", "getCurrentSnaps",
    "getQoSList", "setQoS", "getAsyncProgress", "cancel",
)

# Set by the worker.
connection = None
_initial_prefix = "/dev/mapper/"


def request(method, params):
    """Asks StorageConnect, and waits for the answer."""
    return connection.request(method, params)


def notify(method, params):
    """Tells StorageConnect something."""
    if connection is not None:
        connection.notify(method, params)


def progress(percent, message):
    if connection is not None and connection.current is not None:
        params = {"id": connection.current}
        number = _percent(percent)
        if number is not None:
            params["percent"] = number
        if message is not None:
            params["message"] = "%s" % (message,)
        notify("$/progress", params)


def _percent(value):
    try:
        number = float(value.rstrip("% ") if hasattr(value, "rstrip") else value)
        return number if 0 <= number <= 100 else None
    except (TypeError, ValueError, OverflowError):
        return None  # a sign that the call goes on is one without it too


def device_path_prefix():
    return _initial_prefix if connection is None else request("host/devicePathPrefix", {})


class Cache(object):
    """A cache of caches, kept by StorageConnect: all processes of the plug-in in this session share it.

    set(cache, key, value[, seconds]), get(cache, key[, default]), extend(cache, key[, seconds]), clear([cache[, key]]). With one name less the cache
    is the plug-in's own default one.
    """

    SECONDS = 300

    def set(self, *args):
        if len(args) == 2:
            args = ("",) + args
        cache, key, value = args[:3]
        data = base64.b64encode(pickle.dumps(value, 2)).decode("ascii")
        request("cache/set", {"cache": _name(cache), "key": _name(key), "value": data, "seconds": args[3] if len(args) > 3 else self.SECONDS})

    def get(self, *args):
        if len(args) == 1:
            args = ("",) + args
        data = request("cache/get", {"cache": _name(args[0]), "key": _name(args[1])})
        if data is None:
            return args[2] if len(args) > 2 else None
        return pickle.loads(base64.b64decode(data))

    def extend(self, *args):
        if len(args) == 1:
            args = ("",) + args
        seconds = args[2] if len(args) > 2 else self.SECONDS
        return request("cache/extend", {"cache": _name(args[0]), "key": _name(args[1]), "seconds": seconds})

    def clear(self, *args):
        request("cache/clear", dict(zip(("cache", "key"), map(_name, args))))


def _name(value):
    return value if isinstance(value, type(u"")) else "%s" % (value,)
