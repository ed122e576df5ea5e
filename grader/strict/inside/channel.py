# pyright: basic
"""The reporter's side of the record channel: keyed, numbered lines on a private descriptor.

Everything that a record needs is bound here before any code of the repository is imported.
"""

import hashlib
import hmac
import json
import os


def opened():
    """A function that sends one record; the key leaves the environment and the descriptor closes."""
    records, key_pipe = (int(part) for part in os.environ.pop("GRADER_CHANNEL").split(","))
    key = os.read(key_pipe, 64)
    os.close(key_pipe)
    os.set_inheritable(records, False)
    return sender(records, key, os.getpid())


def sender(descriptor, key, owner):
    """Bind all that is used into one closure: a later change of a module does not reach it."""
    keyed = hmac.new(key, digestmod=hashlib.sha256)
    dumps = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
    write, getpid, number = os.write, os.getpid, [0]

    def send(record):
        if getpid() != owner:
            return  # a fork of the tests: its word is not the run's
        body = dumps(record).encode()
        mark = keyed.copy()
        mark.update(b"%d " % number[0] + body)
        number[0] += 1
        data = mark.hexdigest().encode() + b" " + body + b"\n"
        while data:
            data = data[write(descriptor, data) :]

    return send
