"""OSCPluginUtils, as the guide also spells it."""

from OSCPluginUtils import *  # noqa: F401,F403
from OSCPluginUtils import __all__  # noqa: F401
