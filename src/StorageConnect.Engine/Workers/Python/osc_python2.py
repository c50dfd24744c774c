"""Loads a plug-in's source: Python 3 as it is, Python 2 through lib2to3 in memory."""

import ast
import os
import re
import sys

# Changes with what is made of a source, so that nothing made by an older version is used.
VERSION = "1"

# What only Python 2 has. A source with one of these may compile under Python 3, and would fail when it runs.
_ONLY_PYTHON2 = re.compile(
    r"\.has_key\s*\(|\.iter(?:items|keys|values)\s*\(|\b(?:xrange|unicode|raw_input|basestring)\b|^\s*import\s+(?:urllib2|ConfigParser|httplib|commands)\b",
    re.MULTILINE)
_EXCEPTION_NAME = re.compile(r"\b[A-Z]\w*Ex\b")


def divide(left, right):
    """The division of Python 2: of two integers the integer below."""
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    return left / right


class _Divisions(ast.NodeTransformer):
    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        return ast.copy_location(_call(node.left, node.right), node)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or not isinstance(node.target, ast.Name):
            return node
        value = _call(ast.Name(id=node.target.id, ctx=ast.Load()), node.value)
        return ast.copy_location(ast.Assign(targets=[node.target], value=value), node)


def _call(left, right):
    return ast.Call(func=ast.Name(id="__osc_divide__", ctx=ast.Load()), args=[left, right], keywords=[])


def exception_names(source):
    """The names in a source that look like the guide's exceptions."""
    return sorted(set(_EXCEPTION_NAME.findall(source)))


def compile_source(source, path):
    """The code of a source, and whether it was Python 2."""
    if sys.version_info[0] == 2:
        return compile(source, path, "exec", 0, True), False
    first = source.split("\n", 1)[0]
    is_python3 = first.startswith("#!") and "python3" in first
    if is_python3 or not _ONLY_PYTHON2.search(source):
        try:
            return compile(source, path, "exec", 0, True), False
        except SyntaxError as error:
            if is_python3:
                raise
            original = error
    else:
        original = None
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
