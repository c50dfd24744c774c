"""Loads a plug-in's source: Python 3 as it is, Python 2 through lib2to3 in memory."""

import ast
import os
import re
import sys

# Changes with what is made of a source, so that nothing made by an older version is used.
VERSION = "1"

# What only Python 2 has. A source with one of these may compile under Python 3, and would fail when it runs. A text or comment may have these words,
# too, and a source for both Pythons defines the names or asks before it uses them: the tree decides.
_ONLY_PYTHON2 = re.compile(
    r"\.has_key\s*\(|\.iter(?:items|keys|values)\s*\(|\b(?:xrange|unicode|raw_input|basestring)\b|^\s*import\s+(?:urllib2|ConfigParser|httplib|commands)\b",
    re.MULTILINE)
_NAMES = frozenset(["xrange", "unicode", "raw_input", "basestring"])
_MODULES = frozenset(["urllib2", "ConfigParser", "httplib", "commands"])
# How many arguments they have as a dictionary's methods; those of six have one more.
_METHODS = {"has_key": 1, "iteritems": 0, "iterkeys": 0, "itervalues": 0}
_ERRORS = frozenset(["NameError", "ImportError", "ModuleNotFoundError", "AttributeError"])
_VERSION_TEST = re.compile(r"version_info|\bPY[23]\b|'str'.*\bIs\b.*'bytes'|'bytes'.*\bIs\b.*'str'", re.IGNORECASE)
_EXCEPTION_NAME = re.compile(r"\b[A-Z]\w*Ex\b")


def divide(left, right):
    """The division of Python 2: of two integers the integer below."""
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    return left / right


class Divisor(object):
    """Stands at the right of a division in place of a value, so that what is at its left is evaluated once."""

    def __init__(self, value):
        self.value = value

    def __rtruediv__(self, left):
        return divide(left, self.value)


# The names that converted sources call these by.
NAMES = {"__osc_divide__": divide, "__osc_divisor__": Divisor}


class _Divisions(ast.NodeTransformer):
    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        return ast.copy_location(_call("__osc_divide__", node.left, node.right), node)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        if not isinstance(node.target, ast.Name):
            node.value = ast.copy_location(_call("__osc_divisor__", node.value), node)
            return node
        value = _call("__osc_divide__", ast.Name(id=node.target.id, ctx=ast.Load()), node.value)
        return ast.copy_location(ast.Assign(targets=[node.target], value=value), node)


def _call(name, *args):
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=list(args), keywords=[])


def _needs_python2(tree):
    """Whether a source that compiles under Python 3 uses what only Python 2 has."""
    defined = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            defined.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined.add(node.name)
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            defined.update(alias.asname or alias.name for alias in node.names)
    return _has_python2(tree, defined)


def _has_python2(node, defined):
    if isinstance(node, ast.Name) and node.id in _NAMES and node.id not in defined:
        return True
    if isinstance(node, ast.Import) and any(alias.name in _MODULES for alias in node.names):
        return True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr not in defined:
        if len(node.args) == _METHODS.get(node.func.attr) and not node.keywords:
            return True
    parts = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Try) and any(_expects_absence(handler, node.body) for handler in node.handlers):
        parts = node.orelse + node.finalbody  # what is tried, and what is done where it isn't there
    elif isinstance(node, (ast.If, ast.IfExp)) and _VERSION_TEST.search(ast.dump(node.test)):
        parts = []  # for one Python each
    return any(_has_python2(part, defined) for part in parts)


def _expects_absence(handler, tried):
    # More than a statement or some imports can have these errors for other reasons.
    is_question = len(tried) == 1 or all(isinstance(one, (ast.Import, ast.ImportFrom)) for one in tried)
    names = ast.walk(handler.type) if handler.type is not None and is_question else ()
    return any(isinstance(name, ast.Name) and name.id in _ERRORS for name in names)


def exception_names(source):
    """The names in a source that look like the guide's exceptions."""
    return sorted(set(_EXCEPTION_NAME.findall(source)))


def compile_source(source, path):
    """The code of a source, and whether it was Python 2."""
    if sys.version_info[0] == 2:
        return compile(source, path, "exec", 0, True), False
    first = source.split("\n", 1)[0]
    is_python3 = first.startswith("#!") and "python3" in first
    original = None
    try:
        code = compile(source, path, "exec", 0, True)
        if is_python3 or not _ONLY_PYTHON2.search(source) or not _needs_python2(ast.parse(source, path)):
            return code, False
    except SyntaxError as error:
        if is_python3:
            raise
        original = error
    try:
        tree = ast.parse(_converted(source), path)
    except ImportError:
        raise SyntaxError("This is Python 2, and this Python has no lib2to3 to convert it. Register the plug-in with -Interpreter and a Python up to 3.12 "
                          "that has lib2to3 (Debian: python3-lib2to3), or with a Python 2.")
    except Exception as error:
        raise original or error
    if not re.search(r"^from\s+__future__\s+import\s+.*\bdivision\b", source, re.MULTILINE):
        tree = ast.fix_missing_locations(_Divisions().visit(tree))
    return compile(tree, path, "exec", 0, True), True


def _converted(source):
    import hashlib
    key = hashlib.sha256((VERSION + repr(sys.version_info[:3]) + source).encode("utf-8", "surrogatepass")).hexdigest()
    folder = _cache_folder()
    path = folder and os.path.join(folder, key + ".py")
    if path and _is_own(path):
        with open(path, "rb") as file:
            return file.read().decode("utf-8")
    import warnings
    warnings.simplefilter("ignore")
    from lib2to3 import refactor
    tool = refactor.RefactoringTool(refactor.get_fixers_from_package("lib2to3.fixes"))
    converted = str(tool.refactor_string(source if source.endswith("\n") else source + "\n", "plugin"))
    if path:
        _write(folder, path, converted.encode("utf-8"))
    return converted


def _cache_folder():
    base = os.environ.get("XDG_CACHE_HOME")
    return os.path.join(base, "storage-connect", "python") if base and os.path.isabs(base) else None


def _is_own(path):
    # What another user could have written is not run.
    for place in (os.path.dirname(path), path):
        try:
            status = os.lstat(place)
        except OSError:
            return False
        if status.st_uid not in (0, os.geteuid()) or status.st_mode & 0o022 or os.path.islink(place):
            return False
    return True


def _write(folder, path, content):
    partial = "%s.%d" % (path, os.getpid())
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        os.replace(partial, path)
    except OSError:
        pass  # it is made again next time
