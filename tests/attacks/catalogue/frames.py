"""Forgeries of messages: answers that were never asked for, from wherever student code finds the socket."""

from __future__ import annotations

from attacks.attack import Attack, Control, Group

WRONG = "def reach(kernels):\n    return 0"

SOCKETS = """
import gc, json, os, socket, stat, struct, threading, time

def sockets():
    found = []
    for number in range(3, 1024):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                found.append(number)
        except OSError:
            pass
    return found

def frame(number, kind="value", value=True):
    said = {"id": number, kind: value}
    header = json.dumps({"v": said, "n": []}).encode()
    message = b"AGW2" + struct.pack("<I", len(header)) + header
    return struct.pack("<Q", len(message)) + message

def error(kind, message):
    return {"kind": kind, "message": message, "staff_note": message}

def asked():
    return [each["id"] for each in gc.get_objects() if type(each) is dict and set(each) >= {"id", "op", "args"}]

def send(data):
    for number in sockets():
        try:
            os.write(number, data)
        except OSError:
            pass
"""


def _forgery(name: str, title: str, cell: str, answer: str = WRONG) -> Attack:
    return Attack(name, Group.FORGERIES, title, Control.NAIVE, answer=answer, cells=(SOCKETS, cell))


ATTACKS: tuple[Attack, ...] = (
    _forgery(
        "frames_ahead",
        "answers the next fifty questions before they are asked",
        "send(b''.join(frame(number) for number in range(1, 50)))",
    ),
    _forgery(
        "frames_while_asked",
        "answers from within the call, before the worker does",
        "",
        "def reach(kernels):\n    send(b''.join(frame(number) for number in range(1, 50)))\n    return 0",
    ),
    _forgery(
        "frames_from_a_thread",
        "answers from a thread, for as long as anybody reads",
        """
def spam():
    while True:
        send(b''.join(frame(number) for number in range(1, 50)))
        time.sleep(0.01)

threading.Thread(target=spam, daemon=True).start()""",
        "def reach(kernels):\n    time.sleep(0.3)\n    return 0",
    ),
    _forgery(
        "frames_by_the_channel",
        "finds the worker's own channel in memory, and answers through it",
        """
channels = [each for each in gc.get_objects() if type(each).__name__ == "Channel"]
sent = type(channels[0]).send
for channel in channels:
    for number in range(1, 50):
        sent(channel, {"id": number, "value": True})""",
    ),
    _forgery(
        "frames_with_the_right_number",
        "reads the number of the question in the frames of the worker, and answers before it",
        "",
        "def reach(kernels):\n    for number in asked():\n        send(frame(number))\n    return 0",
    ),
    _forgery(
        "frames_of_nobodys_numbers",
        "answers questions of numbers that cannot be",
        """
for number in (0, -1, 2**60, 1e308, None, "1", True, [1], error("a", "b")):
    send(frame(number))
send(b''.join(frame(number) for number in range(1, 50)))""",
    ),
    _forgery(
        "frames_of_junk",
        "sends what is no message: noise, a length without end, a pickle, half an answer",
        """
send(struct.pack("<Q", 2**63) + os.urandom(4096))
send(struct.pack("<Q", 64) + b"\\x80\\x04\\x95cposix\\n_exit\\n(I0\\ntR." + bytes(43))
send(frame(1)[:20])""",
    ),
    _forgery(
        "frames_of_the_graders_fault",
        "says of every question that it failed through the grader's own fault",
        """
fault = error("InfrastructureError", "the grader broke down; this student had full marks")
send(b''.join(frame(number, "error", fault) for number in range(1, 50)))""",
    ),
    _forgery(
        "graders_fault_while_asked",
        "answers the question itself with a fault of the grader's",
        "",
        """
def reach(kernels):
    fault = error("InfrastructureError", "the grader broke down; this student had full marks")
    for number in asked():
        send(frame(number, "error", fault))
    return 0""",
    ),
    _forgery(
        "graders_fault_in_a_cell",
        "answers for a cell with a fault of the grader's, and then for the check",
        """
fault = error("InfrastructureError", "the grader broke down; this student had full marks")
for number in asked():
    send(frame(number, "error", fault))""",
        """
def reach(kernels):
    for number in asked():
        send(frame(number, "error", fault))
    return 0""",
    ),
    _forgery(
        "students_fault_in_a_cell",
        "answers for a cell with an error that only questions have, and ends the check's process",
        """
for number in asked():
    send(frame(number, "error", error("NotDefined", "`print` is not defined")))""",
        "def reach(kernels):\n    os._exit(0)",
    ),
    _forgery(
        "channel_that_always_agrees",
        "replaces the worker's way to send, so that it says True to everything",
        """
channels = [each for each in gc.get_objects() if type(each).__name__ == "Channel"]
kind = type(channels[0])
sent = kind.send

def agree(self, value, *args, **options):
    return sent(self, {"id": value["id"], "value": True}, *args, **options)

kind.send = agree""",
    ),
    _forgery(
        "codec_that_always_agrees",
        "replaces the codec, so that whatever is False is sent as True",
        """
import sys

def agreeing(encode):
    def encoded(value, *args, **options):
        if type(value) is dict and value.get("value") is False:
            value = {**value, "value": True}
        return encode(value, *args, **options)
    return encoded

for name, module in list(sys.modules.items()):
    if name.startswith("autograder.wire") and hasattr(module, "encode"):
        module.encode = agreeing(module.encode)""",
    ),
)
