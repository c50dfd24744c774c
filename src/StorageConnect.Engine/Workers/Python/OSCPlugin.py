"""The classes and names that the Storage Connect guide's Python plug-ins import: ``from OSCPlugin import *``."""

import osc_host

__all__ = [
    "ABILITY_TYPES", "IPlugin", "IStorageArrayPlugin", "OSCPluginEx",
    "InvalidStorageArrayEx", "NoSuchOperationEx", "StorageElementBusyEx", "SnapRestoreNotSafeEx",
    "NotFoundEx", "AlreadyExistsEx", "LimitExceededEx", "InvalidRequestEx", "AuthenticationFailedEx", "AccessDeniedEx", "ArrayUnreachableEx",
    "AccessGroupEx", "DataCorruptEx",
]


class ABILITY_TYPES(object):
    """The values of plugin_ability and of what getCapabilities returns."""

    INVALID = "INVALID"
    UNSUPPORTED = "UNSUPPORTED"
    YES = "YES"
    NO = "NO"
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"


class OSCPluginEx(Exception):
    """The base of all errors for the user. ``kind`` is the kind of the protocol."""

    kind = "OperationFailed"

    def __init__(self, message="", action=None, element=None, error_id=None, retryable=False, obstacles=None):
        Exception.__init__(self, message)
        self.action = action
        self.element = element
        self.error_id = error_id
        self.retryable = retryable
        self.obstacles = obstacles


class InvalidStorageArrayEx(OSCPluginEx):
    """The record is wrong, or the array is not ready."""

    kind = "InvalidStorageArray"


class NoSuchOperationEx(OSCPluginEx):
    """The array or the plug-in can't do this."""

    kind = "NoSuchOperation"


class StorageElementBusyEx(OSCPluginEx):
    """The element is in use, presented, or has dependants."""

    kind = "StorageElementBusy"


class SnapRestoreNotSafeEx(OSCPluginEx):
    """The restore would affect something else. Nothing was touched."""

    kind = "SnapRestoreNotSafe"


class NotFoundEx(OSCPluginEx):
    """There is no such element, group, snapshot or volume group."""

    kind = "NotFound"


class AlreadyExistsEx(OSCPluginEx):
    """The name is taken."""

    kind = "AlreadyExists"


class LimitExceededEx(OSCPluginEx):
    """A limit of the array is reached."""

    kind = "LimitExceeded"


class InvalidRequestEx(OSCPluginEx):
    """An argument is not valid."""

    kind = "InvalidRequest"


class AuthenticationFailedEx(OSCPluginEx):
    """Credentials are missing or were rejected."""

    kind = "AuthenticationFailed"


class AccessDeniedEx(OSCPluginEx):
    """The user has no permission for this."""

    kind = "AccessDenied"


class ArrayUnreachableEx(OSCPluginEx):
    """The array does not answer."""

    kind = "ArrayUnreachable"


class AccessGroupEx(OSCPluginEx):
    """An access group was not created, changed or removed."""

    kind = "AccessGroup"


class DataCorruptEx(OSCPluginEx):
    """Stored data can't be read as what it should be."""

    kind = "DataCorrupt"


class _PluginType(type):
    """Makes dev_path_prefix of the class what the host says at this moment."""

    @property
    def dev_path_prefix(cls):
        return osc_host.device_path_prefix()


def _with_metaclass(name, body):
    return _PluginType(name, (object,), body)


class _PluginBody(object):
    """The members of IPlugin."""

    cache = osc_host.Cache()

    plugin_name = None
    vendor_name = None
    plugin_version = None
    plugin_desc = None
    ss_extra_info_help = None
    se_extra_info_help = None
    storage_types = []
    required_api_vers = ["1", "2", "10"]
    extended_api_version = None
    plugin_ability = {}

    @property
    def dev_path_prefix(self):
        return osc_host.device_path_prefix()

    @classmethod
    def getPluginInfo(cls):
        return {
            "plugin_name": cls.plugin_name, "vendor_name": cls.vendor_name, "plugin_version": cls.plugin_version, "plugin_desc": cls.plugin_desc,
            "plugin_ability": dict(cls.plugin_ability),
        }

    @classmethod
    def getPluginType(cls):
        return "IStorageArrayPlugin"

    @classmethod
    def getTemporaryFile(cls, *args, **kwargs):
        import tempfile
        directory = kwargs.pop("directory", None)
        return tempfile.TemporaryFile(*args, **dict(kwargs, dir=directory) if directory else kwargs)

    @classmethod
    def getNamedTemporaryFile(cls, *args, **kwargs):
        import tempfile
        directory = kwargs.pop("directory", None)
        return tempfile.NamedTemporaryFile(*args, **dict(kwargs, dir=directory) if directory else kwargs)


IPlugin = _with_metaclass("IPlugin", dict(
    (name, value) for name, value in _PluginBody.__dict__.items() if name not in ("__dict__", "__weakref__", "__doc__")))
IPlugin.__doc__ = "The base of all plug-ins."


def _unsupported(name):
    def method(*_args, **_kwargs):
        raise NoSuchOperationEx("The plug-in has no %s." % name)
    method.__name__ = name
    return staticmethod(method)


class IStorageArrayPlugin(IPlugin):
    """The base of plug-ins for storage arrays. A method that a plug-in doesn't define raises NoSuchOperationEx, or is answered by the engine."""

    iSCSIStorage = "iSCSI"
    SANStorage = "SAN"

    LUNType = "Lun"
    SnapCloneType = "SnapClone"
    SnapshotType = "Snapshot"


for _name in osc_host.METHODS:
    setattr(IStorageArrayPlugin, _name, _unsupported(_name))
del _name
