import os
import subprocess
import sys
import time

from OSCPlugin import *

__all__ = ["NaughtyPlugin"]


class NaughtyPlugin(IStorageArrayPlugin):
    plugin_name = "Naughty"
    vendor_name = "Example"
    plugin_version = "1.0.0-1"
    plugin_desc = "Does harm: the status of an element is asked, and its name says what happens"
    ss_extra_info_help = "A folder"
    storage_types = [IStorageArrayPlugin.SANStorage]
    plugin_ability = {"access_control": ABILITY_TYPES.NO}

    def validate(self, ss_record):
        self.secret = ss_record["admin_passwd"]

    def getInfo(self, ss_record, se_record=None):
        if se_record is not None:
            return se_record
        ss_record["storage_desc"] = "naughty"
        ss_record["status"] = "ok"
        return ss_record

    def list(self, ss_record, se_type=None):
        return []

    def getStatus(self, ss_record, se_record=None):
        name = se_record["name"] if se_record else "none"
        return getattr(self, "do_" + name)(ss_record)

    def do_none(self, ss_record):
        return "ok"

    def do_exit(self, ss_record):
        os._exit(7)

    def do_sysexit(self, ss_record):
        sys.exit(9)

    def do_kill(self, ss_record):
        os.kill(os.getpid(), 9)

    def do_crash(self, ss_record):
        os.kill(os.getpid(), 11)

    def do_print(self, ss_record):
        for _ in range(10000):
            print("x" * 1000)
        os.system("head -c 1000000 /dev/zero")
        return "ok"

    def do_memory(self, ss_record):
        return "%d" % len(bytearray(8 << 30))

    def do_sleep(self, ss_record):
        time.sleep(1000)

    def do_fork(self, ss_record):
        child = subprocess.Popen(["sleep", "1000"])
        with open(os.path.join(ss_record["extra_info"], "child"), "w") as file:
            file.write("%d" % child.pid)
        time.sleep(1000)

    def do_daemon(self, ss_record):
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)

    def do_nothing(self, ss_record):
        return None

    def do_set(self, ss_record):
        return {1, 2}

    def do_odd(self, ss_record):
        raise KeyError("volume")

    def do_tell(self, ss_record):
        sys.stderr.write("the password is %s\n" % self.secret)
        raise StorageElementBusyEx("It is busy with %s." % self.secret, "Wait for %s." % self.secret)
