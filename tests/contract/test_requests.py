"""Every question has one outcome, which `sandbox.service` states, whatever the child makes of it."""

import struct
import time
from pathlib import Path

import numpy as np
import pytest
from memory import traced

from autograder.errors import InfrastructureError, LimitExceeded, NotDefined, StudentCodeRaised, WireError
from autograder.sandbox.asking import ChildGone, ChildOutOfCpu, ChildTooSlow
from autograder.sandbox.client import ForkServer
from autograder.sandbox.spec import clean_environment
from autograder.wire import Caps, encode

CAPS = Caps(num_bytes=100_000, header_bytes=50_000, depth=10, values=1000)
NOTHING = np.zeros(0, "u1")


@pytest.fixture(scope="module")
def server():
    """A running fork server."""
    with ForkServer("echo_server", clean_environment(PYTHONPATH=str(Path(__file__).parents[1]))) as server:
        yield server


@pytest.fixture
def child(server):
    """A child with our own loop, from which little is accepted."""
    with server.control.fork({}, caps=CAPS) as child:
        yield child


@pytest.fixture
def liar(server):
    """A child that answers as the question says."""
    with server.control.fork({"kind": "liar"}, caps=CAPS) as liar:
        yield liar


def as_bytes(data: bytes) -> np.ndarray:
    """Return bytes as something that can be sent."""
    return np.frombuffer(data, "u1")


def framed(value: object) -> bytes:
    """Return the bytes of a value on a stream."""
    message = encode(value)
    return struct.pack("<Q", len(message)) + message


def until_unread(child) -> None:
    """Wait until something has come from a child."""
    until = time.monotonic() + 10
    while not child.channel.has_unread() and time.monotonic() < until:
        time.sleep(0.01)


# An answer that is late


def test_a_late_answer_can_be_waited_for(liar):
    """It is too late for the question, and there for who goes on waiting."""
    with pytest.raises(ChildTooSlow):
        liar.ask("late", timeout_s=0.05, pause_s=0.3)
    assert liar.answer(10) == "honest"


def test_half_an_answer_is_late_and_its_other_half_completes_it(liar):
    """A deadline in the middle of an answer tears nothing."""
    with pytest.raises(ChildTooSlow):
        liar.ask("half", timeout_s=0.1, pause_s=0.5)
    assert liar.answer(10) == "honest"


def test_half_an_answer_and_then_silence_is_late(liar):
    """Who does not finish is too slow, however often it is waited for."""
    with pytest.raises(ChildTooSlow):
        liar.ask("half", timeout_s=0.1, pause_s=1000)
    with pytest.raises(ChildTooSlow):
        liar.answer(0.1)
    with pytest.raises(WireError):
        liar.ask("say", timeout_s=5, answers=[])


def test_bytes_that_trickle_are_late(liar):
    """Each byte in time makes no answer in time."""
    with pytest.raises(ChildTooSlow):
        liar.ask("drip", timeout_s=0.2, pause_s=0.02)


def test_a_first_byte_stops_no_clock(liar):
    """CPU seconds are counted until the whole answer is there."""
    with pytest.raises(ChildOutOfCpu):
        liar.ask("burn", timeout_s=60, total_cpu_s=liar.cpu_s + 0.3)


def test_a_late_answer_is_not_taken_for_the_next_question(liar):
    """What comes after its question was given up answers no other, whenever it comes."""
    with pytest.raises(ChildTooSlow):
        liar.ask("late", timeout_s=0.05, pause_s=0.3)
    until_unread(liar)
    with pytest.raises(WireError, match="before it was asked"):
        liar.ask("late", timeout_s=5, pause_s=0)


def test_an_answer_to_an_earlier_question_is_refused(liar):
    """Also when it comes only after the next question was asked."""
    with pytest.raises(ChildTooSlow):
        liar.ask("sleep", timeout_s=0.05, pause_s=0.1)
    with pytest.raises(WireError):
        liar.ask("answer_earlier", timeout_s=5)


# An answer too many


@pytest.mark.parametrize("extra", [{"id": "$id", "value": "again"}, {"id": 2, "value": "ahead"}, "junk", None])
def test_a_second_answer_is_never_taken_for_the_next_one(liar, extra):
    """The first answer stands; whatever follows it is found before the next question is asked."""
    answers = [{"id": "$id", "value": "first"}, extra]
    assert liar.ask("say", timeout_s=5, answers=answers) == "first"
    until_unread(liar)
    with pytest.raises(WireError, match="before it was asked"):
        liar.ask("late", timeout_s=5, pause_s=0)


def test_there_is_one_answer_to_a_question(liar):
    """Who waits for another gets none, though it has the number of the question."""
    answers = [{"id": "$id", "value": "first"}, {"id": "$id", "value": "second"}]
    assert liar.ask("say", timeout_s=5, answers=answers) == "first"
    with pytest.raises(WireError):
        liar.answer(5)


def test_numbers_of_questions_cannot_be_guessed(liar):
    """No answer that is prepared for a later question has its number."""
    answers = [{"id": number, "value": "guessed"} for number in range(100)]
    for _ in range(2):
        with pytest.raises(WireError):
            liar.ask("say", timeout_s=5, answers=answers)


@pytest.mark.parametrize("junk", [b"\xff" * 50, b"\x00" * 8, b"\x00" * 3, framed("no answer"), framed({"id": 1})])
def test_junk_before_an_answer_is_refused(liar, junk):
    """The next thing that comes after a question is its answer, or there is none."""
    with pytest.raises((WireError, ChildTooSlow)):
        liar.ask("send", timeout_s=0.5, before=as_bytes(junk), after=NOTHING)


@pytest.mark.parametrize("junk", [b"\x00", b"\xff" * 1000])
def test_junk_after_an_answer_is_refused_at_the_next_question(liar, junk):
    """Half a frame that lies in wait for the next answer is enough."""
    assert liar.ask("send", timeout_s=5, before=NOTHING, after=as_bytes(junk)) == "honest"
    until_unread(liar)
    with pytest.raises(WireError, match="before it was asked"):
        liar.ask("late", timeout_s=5, pause_s=0)


def test_a_copy_of_the_process_answers_nothing(child):
    """Student code that forks, and goes on in both, gives one answer."""
    copy = child.ask("fork", timeout_s=5)
    assert copy > 0
    assert child.ask("reap", timeout_s=5, pid=copy) == 0
    assert child.ask("echo", timeout_s=5, value=1) == 1


# An answer that is none


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "honest",
        {},
        {"id": "$id"},
        {"value": "honest"},
        {"id": "1", "value": "honest"},
        {"id": True, "value": "honest"},
        {"id": 1.0, "value": "honest"},
        {"id": None, "value": "honest"},
        {"id": "$id", "value": 1, "more": 1},
        {"id": "$id", "value": 1, "error": {"kind": "NotDefined", "message": "", "staff_note": ""}},
        {"id": "$id", "error": "NotDefined"},
        {"id": "$id", "error": {"kind": "NotDefined", "message": "x"}},
        {"id": "$id", "error": {"kind": "NotDefined", "message": 1, "staff_note": ""}},
        {"id": "$id", "error": {"kind": "NotDefined", "message": "x", "staff_note": "", "more": 1}},
        {"id": "$id", "error": {"kind": "SystemExit", "message": "x", "staff_note": ""}},
        {"id": "$id", "error": {"kind": "ChildGone", "message": "x", "staff_note": ""}},
    ],
    ids=str,
)
def test_a_malformed_answer_is_refused(liar, answer):
    """An answer has a number, and a value or an error, and nothing else."""
    with pytest.raises(WireError):
        liar.ask("say", timeout_s=5, answers=[answer])


def test_an_error_is_told_within_bounds(liar):
    """A sentence of a child is no longer than one of ours would be."""
    error = {"kind": "NotDefined", "message": "m" * 9000, "staff_note": "n" * 9000}
    with pytest.raises(NotDefined) as raised:
        liar.ask("say", timeout_s=5, answers=[{"id": "$id", "error": error}])
    assert (len(raised.value.message), len(raised.value.staff_note)) == (4000, 4000)


def test_an_answer_that_is_announced_too_large_is_refused(liar):
    """Its bytes are not waited for."""
    with pytest.raises(WireError, match="at most"):
        liar.ask("announce", timeout_s=60, num_bytes=CAPS.num_bytes + 1)


def test_an_announced_answer_takes_no_memory(server):
    """Only what has come is held."""
    with server.control.fork({"kind": "liar"}) as liar, traced() as peak:
        with pytest.raises(ChildTooSlow):
            liar.ask("announce", timeout_s=0.2, num_bytes=200 << 20)
        assert peak() < 4 << 20


@pytest.mark.parametrize(
    "value", [np.zeros(CAPS.num_bytes, "u1"), "x" * 60_000, [0] * 2000], ids=["bytes", "text", "values"]
)
def test_an_answer_beyond_the_caps_is_refused(liar, value):
    """A child that does not keep the asker's caps is not believed."""
    with pytest.raises(WireError):
        liar.ask("say", timeout_s=5, answers=[{"id": "$id", "value": value}])


# No answer


@pytest.mark.parametrize("after", [0, 3, 8, 20])
def test_a_child_that_ends_gives_no_answer(liar, after):
    """Neither before its answer nor in the middle of it."""
    with pytest.raises(ChildGone):
        liar.ask("end", timeout_s=10, after=after)


def test_an_answer_counts_though_its_child_has_ended(liar):
    """What came whole before the end is an answer."""
    assert liar.ask("end", timeout_s=10, after=1000) == "honest"
    with pytest.raises(ChildGone):
        liar.ask("late", timeout_s=10, pause_s=0)


def test_a_question_that_is_not_read_is_too_slow(server):
    """Sending has the same deadline, and half a question is followed by none."""
    with server.control.fork({"kind": "liar"}) as liar:
        with pytest.raises(ChildTooSlow):
            liar.ask("sleep", timeout_s=0.05, pause_s=1000)
        with pytest.raises(ChildTooSlow):
            liar.ask("say", timeout_s=0.2, answers=[np.zeros(20_000_000, "u1")])
        with pytest.raises(ChildGone):
            liar.ask("say", timeout_s=5, answers=[])


# What our own loop tells


@pytest.mark.parametrize("value", [{1, 2}, [b"bytes"], {"model": object}, {(1, 2): 3}])
def test_a_question_that_cannot_be_sent_is_our_fault(child, value):
    """A suite that asks with a set, say, is told so; the student is not, and can be asked on."""
    with pytest.raises(InfrastructureError, match="echo cannot be asked") as raised:
        child.ask("echo", timeout_s=5, value=value)
    assert type(raised.value) is InfrastructureError
    assert child.ask("echo", timeout_s=5, value=1) == 1


@pytest.mark.parametrize("value", [np.zeros(200_000, "u1"), "x" * 60_000, [0] * 2000], ids=["bytes", "text", "values"])
def test_an_answer_that_is_too_large_is_the_students(child, value):
    """The child keeps the asker's caps, and says that there is too much of it."""
    with pytest.raises(LimitExceeded, match="too large"):
        child.ask("echo", timeout_s=5, value=value)
    assert child.ask("echo", timeout_s=5, value=1) == 1


def test_an_answer_that_is_too_deep_is_the_students(child):
    """Levels are counted on the child's side too."""
    with pytest.raises(LimitExceeded, match="levels"):
        child.ask("nest", timeout_s=5, levels=30)
    with pytest.raises(LimitExceeded, match="levels"):
        child.ask("nest", timeout_s=5, levels=900)


def test_an_object_that_ends_its_process_does_not(child):
    """What an answer does when it is converted is told as what the student's code raised."""
    with pytest.raises(StudentCodeRaised, match="SystemExit"):
        child.ask("explode", timeout_s=5)
    assert child.ask("echo", timeout_s=5, value=1) == 1


def test_an_exception_that_cannot_be_printed_is_told(child):
    """Whatever an exception of student code does, the loop goes on."""
    with pytest.raises(InfrastructureError, match="Unprintable"):
        child.ask("raise_unprintable", timeout_s=5)
    with pytest.raises(NotDefined, match="cannot be printed"):
        child.ask("refuse_unprintably", timeout_s=5)
    assert child.ask("echo", timeout_s=5, value=1) == 1


@pytest.mark.parametrize("request_", [None, "request", {"id": 1}, {"id": 1, "op": "echo", "args": []}, {"op": "echo"}])
def test_a_request_that_is_none_ends_the_child(child, request_):
    """Nobody but us writes there: what cannot be read is the end."""
    child.channel.send(request_)
    assert child.wait(10)


def test_a_message_that_is_none_ends_the_child(child):
    """Bytes that no codec of ours made neither."""
    child.channel.sock.sendall(b"\xff" * 100)
    assert child.wait(10)
