#!/usr/bin/python3
"""Waits for the next scan of a SCSI host, and lets a portal die so many milliseconds after it has begun.

    lose-at-scan.py HOST ADDRESS MILLISECONDS LUN

Prints "ready" when it waits, and at the end "lost" where the kernel found the LUN and could not ask it who it is, else "kept".
"""
import ctypes
import os
import subprocess
import sys
import time

IN_OPEN = 0x20

host, address, milliseconds, lun = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
watch = libc.inotify_init()
libc.inotify_add_watch(watch, f"/sys/class/scsi_host/host{host}/scan".encode(), IN_OPEN)

# A program that is started only now would come too late: the kernel's scan takes about 10 ms.
ip = subprocess.Popen(["ip", "-batch", "-"], stdin=subprocess.PIPE, bufsize=0)
print("ready", flush=True)
os.read(watch, 4096)
time.sleep(float(milliseconds) / 1000)
ip.stdin.write(f"rule add pref 1 to {address} blackhole\n".encode())
ip.stdin.close()
ip.wait()

# The scan goes on until the session is given up: 2 s until the ping is sent, 2 s for its answer, 5 s for a new connection.
device = f"/sys/class/scsi_device/{host}:0:0:{lun}/device"
lost = False
end = time.monotonic() + 12
while not lost and time.monotonic() < end:
    lost = os.path.exists(device) and not os.path.exists(f"{device}/vpd_pg83") and os.path.exists(f"{device}/type")
    time.sleep(0.001)
print("lost" if lost else "kept")
