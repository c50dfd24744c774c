import os
import subprocess
import sys
import threading
import time

import osc_host
import OSCPluginUtils
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

    def do_where(self, ss_record):
        return os.getcwd()

    def do_wait(self, ss_record):
        while not os.path.exists(os.path.join(ss_record["extra_info"], "go on")):
            time.sleep(0.01)
        return "ok"

    def do_begin_thread(self, ss_record):
        self.wrong = []
        self.thread = threading.Thread(target=self.use_cache)
        self.thread.start()
        return "ok"

    def do_end_thread(self, ss_record):
        self.thread.join()
        return "ok" if not self.wrong else repr(self.wrong)

    def use_cache(self):
        for number in range(300):
            IPlugin.cache.set("thread", number, number, 60)
            if IPlugin.cache.get("thread", number) != number:
                self.wrong.append(number)

    def do_odd_signs(self, ss_record):
        OSCPluginUtils.log("a number of the module logging", 20)
        OSCPluginUtils.progress("40%", 7)
        OSCPluginUtils.progress("much")
        osc_host.notify("log", {"level": 20, "message": ["no text"]})
        osc_host.notify("$/progress", {"id": osc_host.connection.current, "percent": "40%", "message": 7})
        osc_host.notify("$/progress", {"id": "first"})
        return "ok"

    def do_odd_items(self, ss_record):
        osc_host.notify("$/items", {"id": "first", "items": 7})
        time.sleep(1000)

    def do_odd_error(self, ss_record):
        error = StorageElementBusyEx("It is busy.", "Wait.", {"name": "db01"})
        error.obstacles = {"name": "host1"}
        raise error

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
        error = StorageElementBusyEx("It is busy with %s." % self.secret, "Wait for %s." % self.secret, "volume of %s" % self.secret)
        error.obstacles = ["host with %s" % self.secret]
        raise error
