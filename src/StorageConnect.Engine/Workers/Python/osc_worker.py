"""Runs a Python plug-in for StorageConnect: osc_worker.py <file>. Speaks the plug-in protocol over standard input and output."""

import fcntl
import json
import os
import sys
import threading
import types

CHUNK = 500
WINDOW = 4
CANCELLED = -32800


def take_streams():
    """The protocol's streams. What the plug-in and its children print goes to standard error from now on."""
    ends = []
    for number in (0, 1):
        own = fcntl.fcntl(number, fcntl.F_DUPFD, 3)
        fcntl.fcntl(own, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        ends.append(own)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return ends


def forbid_dumps():
    """No core dump, and no other process of the user reads this one's memory."""
    try:
        import ctypes
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
    except (ImportError, OSError, AttributeError):
        pass  # the limit on core dumps holds all the same


class Cancelled(Exception):
    """The engine gave the call up."""


class Connection(object):
    """JSON-RPC 2.0 with a Content-Length before each message. One call at a time; other threads of the plug-in may send requests at any time."""

    def __init__(self, reader, writer):
        self._reader = os.fdopen(reader, "rb", 65536)
        self._writer = writer
        self._turn = threading.RLock()  # to write
        self._changed = threading.Condition()  # for what was read
        self._is_reading = False
        self._has_ended = False
        self._last_id = 0
        self._answers = {}  # by number; None while one is waited for
        self._waiting = []
        self._cancelled = set()
        self._unacknowledged = 0
        self.current = None

    def next_request(self):
        """The next call of the engine; None when nobody is there any more."""
        return self._wait(lambda: self._waiting.pop(0) if self._waiting else None)

    def request(self, method, params):
        """Asks the engine during a call."""
        with self._changed:
            self._last_id += 1
            number = self._last_id
            self._answers[number] = None
        self.send({"id": number, "method": method, "params": params})
        message = self._wait(lambda: self._answers[number] and self._answers.pop(number))
        if message is None:
            os._exit(0)
        if message.get("error") is not None:
            import OSCPlugin
            data = message["error"].get("data") or {}
            kind = data.get("kind") or "OperationFailed"
            ex = getattr(OSCPlugin, kind + "Ex", OSCPlugin.OSCPluginEx)
            raise ex(message["error"].get("message"), data.get("action"), data.get("element"), data.get("id"), bool(data.get("retryable")))
        return message.get("result")

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def send_items(self, items):
        """A part of a list. At most four are on their way."""
        if self._wait(lambda: self._unacknowledged < WINDOW or None) is None:
            os._exit(0)
        if self.current in self._cancelled:
            raise Cancelled()
        with self._changed:
            self._unacknowledged += 1
        self.notify("$/items", {"id": self.current, "items": items})

    def begin(self, number):
        self.current = number
        self._unacknowledged = 0

    def end(self):
        self._cancelled.discard(self.current)
        self.current = None

    def send(self, message):
        message["jsonrpc"] = "2.0"
        content = json.dumps(message, allow_nan=False).encode("ascii")
        whole = b"Content-Length: " + str(len(content)).encode("ascii") + b"\r\n\r\n" + content
        with self._turn:
            while whole:
                whole = whole[os.write(self._writer, whole):]

    def _wait(self, find):
        """Waits for what find returns; None when nobody is there any more. One of the threads that wait reads, for all of them."""
        with self._changed:
            while True:
                found = find()
                if found is not None or self._has_ended:
                    return found
                if self._is_reading:
                    self._changed.wait()
                    continue
                self._is_reading = True
                self._changed.release()
                try:
                    message = self._read()
                finally:
                    self._changed.acquire()
                    self._is_reading = False
                    self._changed.notify_all()
                if message is None:
                    self._has_ended = True
                else:
                    self._take(message)

    def _take(self, message):
        method = message.get("method")
        if method is None:
            if message.get("id") in self._answers:
                self._answers[message["id"]] = message
        elif method == "$/ack":
            # One of a list that was given up may come while the next call runs.
            if message["params"]["id"] == self.current:
                self._unacknowledged -= 1
        elif method == "$/cancelRequest":
            self._cancelled.add(message["params"]["id"])
        elif "id" in message:
            self._waiting.append(message)

    def _read(self):
        length = None
        while True:
            line = self._reader.readline()
            if not line:
                return None
            line = line.strip()
            if not line:
                break
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return json.loads(self._reader.read(length).decode("utf-8"))


def load(path):
    """The module of a plug-in's file."""
    import OSCPlugin
    import osc_python2
    with open(path, "rb") as file:
        raw = file.read()
    source = raw if str is bytes else _decoded(raw)
    # Exceptions of the guide's other documents, whose names are not known here.
    text = source.decode("latin-1") if str is bytes else source
    for name in osc_python2.exception_names(text):
        if not hasattr(OSCPlugin, name):
            setattr(OSCPlugin, name, type(name, (_nearest(OSCPlugin, name),), {"__module__": "OSCPlugin"}))
            OSCPlugin.__all__.append(name)
    code, is_python2 = osc_python2.compile_source(source, path)
    name = os.path.splitext(os.path.basename(path))[0]
    module = types.ModuleType(name)
    module.__file__ = path
    if is_python2:
        module.__dict__.update(osc_python2.NAMES)
    sys.modules[name] = module
    sys.path.insert(1, os.path.dirname(path))
    exec(code, module.__dict__)
    return module


def _decoded(raw):
    import re
    declared = re.match(br"^(?:.*\n)?.*?coding[:=][ \t]*([-\w.]+)", b"\n".join(raw.split(b"\n")[:2]))
    names = [declared.group(1).decode("ascii")] if declared else []
    for name in names + ["utf-8-sig", "latin-1"]:
        if name.lower().replace("_", "-") in ("utf-8", "utf8"):
            name = "utf-8-sig"  # without the mark at the beginning
        try:
            return raw.decode(name).replace("\r\n", "\n")
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("latin-1")


def _nearest(plugin, name):
    for part, ex in (("NotFound", "NotFoundEx"), ("NoSuch", "NotFoundEx"), ("Exist", "AlreadyExistsEx"), ("Busy", "StorageElementBusyEx"),
                     ("Auth", "AuthenticationFailedEx"), ("Login", "AuthenticationFailedEx"), ("Timeout", "ArrayUnreachableEx"),
                     ("Connect", "ArrayUnreachableEx"), ("Limit", "LimitExceededEx"), ("Space", "LimitExceededEx"), ("Invalid", "InvalidRequestEx")):
        if part in name:
            return getattr(plugin, ex)
    return plugin.OSCPluginEx


def classes_of(module):
    """The plug-in classes: those in __all__, or else those that the file defines."""
    import OSCPlugin
    names = getattr(module, "__all__", None) or sorted(
        name for name, value in vars(module).items() if isinstance(value, type) and value.__module__ == module.__name__)
    found = [getattr(module, name, None) for name in names]
    return [one for one in found if isinstance(one, type) and issubclass(one, OSCPlugin.IStorageArrayPlugin)]


class Plugin(object):
    """A plug-in class, called as the guide says."""

    def __init__(self, cls, module):
        import osc_host
        import OSCPlugin
        self.cls = cls
        self.name = "%s.%s" % (module.__name__, cls.__name__)
        bases = (OSCPlugin.IStorageArrayPlugin, OSCPlugin.IPlugin, object)
        self.implements = [
            method for method in osc_host.METHODS if any(method in vars(base) for base in cls.__mro__ if base not in bases)]
        self._instance = None

    @property
    def instance(self):
        # Static, class and instance methods are all called through it.
        if self._instance is None:
            try:
                self._instance = self.cls()
            except TypeError:
                self._instance = self.cls
        return self._instance

    def descriptor(self):
        import osc_records as records
        cls = self.cls
        required = _version(getattr(cls, "required_api_vers", None)) or "1.2.10"
        wire = {
            "ClassName": self.name, "Name": records.to_text(cls.plugin_name or ""), "Vendor": records.to_text(cls.vendor_name or ""),
            "Version": records.to_text(cls.plugin_version or ""), "Description": records.to_text(cls.plugin_desc or ""),
            "StorageTypes": [records.to_text(kind) for kind in cls.storage_types], "RequiredApiVersion": required,
            "ExtendedApiVersion": _version(getattr(cls, "extended_api_version", None)) or required, "Ability": records.ability_out(cls.plugin_ability),
        }
        for name, variable in (("StorageServerExtraInfoHelp", "ss_extra_info_help"), ("StorageElementExtraInfoHelp", "se_extra_info_help")):
            if getattr(cls, variable, None):
                wire[name] = records.to_text(getattr(cls, variable))
        if getattr(cls, "identity_from_presentation", False):
            wire["IdentityFromPresentation"] = True
        return wire


def _version(value):
    if not value:
        return None
    return value if isinstance(value, str) else ".".join(str(part) for part in value)


class Worker(object):
    """Answers the engine's calls."""

    def __init__(self, connection, path):
        self._connection = connection
        self._path = path
        self._plugin = None
        self._has_contexts = True

    def serve(self):
        while True:
            message = self._connection.next_request()
            if message is None:
                os._exit(0)
            self._connection.begin(message["id"])
            try:
                answer = {"result": self._answer(message["method"], message.get("params") or {})}
            except Cancelled:
                answer = {"error": {"code": CANCELLED, "message": "The call was given up."}}
            except BaseException as error:  # SystemExit too: the process goes on
                answer = {"error": self._error(error)}
            self._connection.end()
            answer["id"] = message["id"]
            try:
                self._connection.send(answer)
            except (TypeError, ValueError) as error:
                self._connection.send({"id": message["id"], "error": self._error(error)})

    def _answer(self, method, params):
        if method == "initialize":
            return self._initialize(params)
        import osc_calls
        return osc_calls.call(self._plugin, self._connection, method, params, self._has_contexts)

    def _initialize(self, params):
        module = load(self._path)
        plugins = [Plugin(cls, module) for cls in classes_of(module)]
        wanted = params.get("className")
        if wanted:
            plugins = [plugin for plugin in plugins if plugin.name == wanted]
        if not plugins:
            raise LookupError("%s has no class %s" % (os.path.basename(self._path), wanted or "derived from IStorageArrayPlugin, named in __all__"))
        self._plugin = plugins[0]
        api = params.get("apiVersion")
        self._has_contexts = not api or tuple(int(part) for part in api.split(".")) >= (1, 2, 9)
        return {
            "protocolVersion": 1,
            "plugins": [{"descriptor": plugin.descriptor(), "implements": plugin.implements} for plugin in plugins],
        }

    def _error(self, error):
        import OSCPlugin
        if isinstance(error, OSCPlugin.OSCPluginEx):
            data = {"kind": error.kind, "id": _text(getattr(error, "error_id", None) or type(error).__name__[:-2] or error.kind)}
            for name, value in (("action", getattr(error, "action", None)), ("element", getattr(error, "element", None)),
                                ("obstacles", getattr(error, "obstacles", None))):
                if value:
                    data[name] = [_text(one) for one in _several(value)] if name == "obstacles" else _text(value)
            data["retryable"] = bool(getattr(error, "retryable", False))
            return {"code": -32000, "message": _message(error), "data": data}
        import traceback
        traceback.print_exc()
        return {"code": -32603, "message": _message(error) + self._place(error), "data": {"exception": type(error).__name__}}

    def _place(self, error):
        # The last line of the plug-in's own file that took part.
        trace = sys.exc_info()[2]
        line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else None
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._path:
                line = trace.tb_lineno
            trace = trace.tb_next
        return " (%s, line %d)" % (os.path.basename(self._path), line) if line else ""


def _several(value):
    return value if isinstance(value, (list, tuple, set, frozenset)) else [value]


def _text(value):
    """A detail of an error as text: of a record its name."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("access_grp_name") or value.get("uuid") or value
    try:
        return u"%s" % (value,)
    except Exception:
        return repr(value)


def _message(error):
    try:
        text = u"%s" % (error.args[0] if error.args else u"",)
    except Exception:
        text = u""
    return text or type(error).__name__


def main():
    reader, writer = take_streams()
    forbid_dumps()
    import osc_host
    connection = Connection(reader, writer)
    osc_host.connection = connection
    Worker(connection, os.path.abspath(sys.argv[1])).serve()


if __name__ == "__main__":
    main()
