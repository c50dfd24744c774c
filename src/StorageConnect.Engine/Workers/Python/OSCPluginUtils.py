"""The functions that the Storage Connect guide's Python plug-ins import from OSCPluginUtils."""

import base64

import osc_host
from OSCPlugin import InvalidRequestEx

__all__ = ["makeMPPage83FromRawPage83", "makeMPPPage83FromRawPage83", "destroyMPDev", "findDevicePaths", "progress", "log"]

_HEX = frozenset("0123456789abcdef")
_EUI_DIGITS = (16, 24, 32)


def makeMPPage83FromRawPage83(raw):
    """The identity that multipath-tools gives a LUN: of a whole page 0x83 as bytes, or of one designator as text.

    A text is the hex digits of an NAA or EUI-64 designator, with or without ``naa.``, ``eui.`` or ``0x``.
    """
    if isinstance(raw, (bytes, bytearray)) and not _is_text(raw):
        return osc_host.request("page83/toMultipathId", {"page": base64.b64encode(bytes(raw)).decode("ascii")})
    text = (raw.decode("ascii") if isinstance(raw, (bytes, bytearray)) else raw).strip().lower()
    kind = "3"
    if text.startswith("naa."):
        text = text[4:]
    elif text.startswith("eui."):
        kind, text = "2", text[4:]
    elif text.startswith("0x"):
        text = text[2:]
    if not text or not _HEX.issuperset(text):
        raise InvalidRequestEx("'%s' is no designator of a page 0x83." % raw, "Pass the page's bytes, or hex digits with naa., eui. or 0x before them.")
    if len(text) in (17, 33) and text[0] in "23":
        return text
    if kind == "3" and not (len(text) == 32 and text[0] == "6" or len(text) == 16 and text[0] in "235"):
        kind = "2"
    if kind == "2" and len(text) not in _EUI_DIGITS:
        raise InvalidRequestEx("'%s' is no designator of a page 0x83: it has %d digits." % (raw, len(text)), "NAA 6 has 32 digits, NAA 5 has 16.")
    return kind + text


# The guide's other spellings.
makeMPPPage83FromRawPage83 = makeMPPage83FromRawPage83


def _is_text(raw):
    # Under Python 2 a text is bytes, too. A page begins with its device type and 0x83.
    return str is bytes and not (len(raw) > 4 and raw[1] == b"\x83")


def destroyMPDev(page83_id):
    """Tears down the multipath device with this identity, if there is one."""
    osc_host.request("host/destroyMultipathDevice", {"page83Id": page83_id})


def findDevicePaths(page83_id):
    """The paths on this host of the device with this identity."""
    return osc_host.request("host/findDevicePaths", {"page83Id": page83_id})


def progress(percent=None, message=None):
    """Tells that the call goes on. The engine's time limit begins again."""
    osc_host.progress(percent, message)


def log(message, level="information"):
    """Writes a line to the plug-in's log: debug, information or warning, or a level of the module logging. No secrets."""
    if isinstance(level, int):
        level = "debug" if level < 20 else "information" if level < 30 else "warning"
    osc_host.notify("log", {"level": "%s" % (level,), "message": "%s" % (message,)})
