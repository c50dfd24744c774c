#!/usr/bin/python3
"""Plays the plug-in's part of a conversation: replay_worker.py, beside initialize.json; the folder of the server has block.json."""

import json
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))


def read():
    length = None
    for line in iter(sys.stdin.buffer.readline, b"\r\n"):
        if not line:
            sys.exit(0)
        if line.startswith(b"Content-Length:"):
            length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length).decode("utf-8"))


def write(message):
    content = json.dumps(message).encode("utf-8")
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
    sys.stdout.buffer.flush()


while True:
    request = read()
    name = "initialize.json" if request["method"] == "initialize" else "block.json"
    folder = FOLDER if request["method"] == "initialize" else request["params"]["server"]["AdminHost"]
    with open(os.path.join(folder, name)) as file:
        lines = json.load(file)
    first, seen = lines[0], [request]
    record = os.path.join(folder, name + ".seen")

    def keep():
        with open(record + ".new", "w") as out:
            json.dump(seen, out)
        os.rename(record + ".new", record)

    keep()
    asked = None
    for line in lines[1:]:
        is_answer = "method" not in line and asked is not None and line["id"] == asked
        if is_answer or line.get("method") in ("$/ack", "$/cancelRequest"):
            seen.append(read())
            keep()
            asked = None if is_answer else asked
            continue
        message = json.loads(json.dumps(line))
        if "method" not in message:
            message["id"] = request["id"]
        elif "id" in message.get("params", {}) and message["method"].startswith("$/"):
            message["params"]["id"] = request["id"]
        elif "id" in message:
            asked = message["id"]
        write(message)
