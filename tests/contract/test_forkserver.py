"""A fork server gives out children that answer, and leaves nothing behind, whatever they do."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from autograder.errors import InfrastructureError, WireError, WrongKind
from autograder.sandbox import client
from autograder.sandbox.asking import SERVER_GONE, ChildGone, ChildTooSlow
from autograder.sandbox.client import ForkServer
from autograder.sandbox.spec import clean_environment

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def server():
    """A running fork server."""
    with ForkServer("echo_server", clean_environment(PYTHONPATH=str(TESTS))) as server:
        yield server


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the second where it ends while its file is open
        return False


def gone(pid: int, within_s: float = 5.0) -> bool:
    """Whether a process ends within some seconds."""
    until = time.monotonic() + within_s
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not is_running(pid)


def test_a_child_answers(server):
    """What a child is asked comes back with its types."""
    with server.control.fork({}) as child:
        assert child.ask("echo", value=(1, "two", 3.0)) == (1, "two", 3.0)
        assert (child.ask("echo", value=np.eye(3)) == np.eye(3)).all()


def test_a_child_knows_nothing_of_ours(server, monkeypatch):
    """Neither the environment nor the open files of the asking side reach a child."""
    monkeypatch.setenv("AUTOGRADER_CANARY", "secret")
    with ForkServer("echo_server", clean_environment(PYTHONPATH=str(TESTS))) as fresh, fresh.control.fork({}) as child:
        assert "AUTOGRADER_CANARY" not in child.ask("environment")
        assert child.ask("descriptors") <= 5  # stdin, stdout, stderr, the job, and the listing itself


def test_a_refusal_arrives_as_the_same_error(server):
    """A SubmissionError of a child is raised again with its kind and its sentence."""
    with server.control.fork({}) as child:
        with pytest.raises(WrongKind, match="a sentence for the student"):
            child.ask("refuse", message="a sentence for the student")
        assert child.ask("echo", value=1) == 1


def test_an_unknown_question_is_our_fault(server):
    """What a child cannot do is an InfrastructureError, not the student's."""
    with server.control.fork({}) as child, pytest.raises(InfrastructureError, match="nonsense"):
        child.ask("nonsense")


def test_a_child_that_ends_is_noticed(server):
    """A child that exits raises ChildGone and says how it ended."""
    with server.control.fork({}) as child:
        with pytest.raises(ChildGone):
            child.ask("end", status=3)
        assert "exit status 3" in child.how_it_ended()


def test_a_child_that_is_killed_says_by_what(server):
    """The signal that ended a child is known to staff."""
    with server.control.fork({}) as child:
        os.kill(child.pid, signal.SIGSEGV)
        with pytest.raises(ChildGone):
            child.ask("echo", value=1)
        assert "SIGSEGV" in child.how_it_ended()


@pytest.mark.parametrize("ignore_signals", [False, True])
def test_a_child_that_never_answers_is_stopped(server, ignore_signals):
    """Closing a child ends it, also when it ignores every signal that can be ignored."""
    with server.control.fork({}) as child:
        with pytest.raises(ChildTooSlow):
            child.ask("spin", timeout_s=0.1, ignore_signals=ignore_signals)
        pid = child.pid
    assert not is_running(pid)


def test_a_forged_answer_is_refused(server):
    """An answer to another question than was asked is a WireError."""
    with server.control.fork({}) as child, pytest.raises(WireError):
        child.ask("forge", timeout_s=5)


def test_a_flood_is_refused(server):
    """Bytes that are no message are a WireError, and the child can still be closed."""
    with server.control.fork({}) as child, pytest.raises(WireError):
        child.ask("flood", timeout_s=5)


def test_what_a_child_started_ends_with_it(server):
    """A process that a child left behind is killed with its group."""
    with server.control.fork({}) as child:
        orphan = child.ask("leave_a_process", seconds=60)
        assert is_running(orphan)
    assert gone(orphan)


def test_children_end_when_the_asking_side_does(server):
    """A child whose asking side vanished without a word is killed."""
    child = server.control.fork({})
    child.channel.send({"id": 1, "op": "spin", "args": {}})
    child.channel.sock.close()
    child._life.close()
    assert gone(child.pid)
    os.close(child._pidfd)


def test_children_end_with_the_server():
    """Closing the server ends every child."""
    with ForkServer("echo_server", clean_environment(PYTHONPATH=str(TESTS))) as server:
        children = [server.control.fork({}) for _ in range(3)]
        pids = [child.pid for child in children]
    assert all(gone(pid) for pid in pids)
    for child in children:
        child.close()


def test_a_server_that_still_imports_is_not_waited_for():
    """Closed before it was ready, it is killed: who meant to ask it found a mistake first, and says it at once."""
    server = ForkServer("autograder.sandbox.zygote", clean_environment())
    server.close()
    assert server._process.returncode == -signal.SIGKILL


def test_threads_may_wait_for_one_server(monkeypatch):
    """Whichever of them reads that it is ready, all go on."""
    monkeypatch.setattr(client, "START_S", 10.0)
    server = ForkServer("echo_server", clean_environment(PYTHONPATH=str(TESTS)))
    with server, ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(server.wait_until_ready) for _ in range(4)]
        assert [each.result() for each in waiting] == [None] * 4
        with server.control.fork({}) as child:
            assert child.ask("echo", value=1) == 1


def test_a_child_that_went_with_its_server_says_so():
    """Who is told that can tell a machine's fault from student code that ends its process."""
    echo = ForkServer("echo_server", clean_environment(PYTHONPATH=str(TESTS)))
    with echo as server, server.control.fork({}) as child:
        server._process.kill()
        with pytest.raises(ChildGone):
            child.ask("spin", timeout_s=30)
        assert child.how_it_ended() == SERVER_GONE


def test_a_server_that_cannot_start_says_why():
    """The last words of a server that did not start are in the error."""
    server = ForkServer("no_such_module", clean_environment())
    with pytest.raises(InfrastructureError, match="no_such_module"):
        server.wait_until_ready()
    server.close()


MERGING = """
import hashlib, os, sys
from autograder.sandbox.isolation import kernel
block = bytearray(range(256)) * 65536
before = hashlib.sha256(block).digest()
merged = kernel.merge_pages()
assert hashlib.sha256(block).digest() == before, "merging changed what is there"
if os.fork() == 0:
    block[:] = bytes(len(block))
    os._exit(0)
os.wait()
assert hashlib.sha256(block).digest() == before, "a child wrote into its parent's memory"
print(merged)
"""


def test_merged_pages_hold_what_they_held():
    """Memory in huge pages is as it was, and what a child writes there stays its own."""
    ran = subprocess.run([sys.executable, "-c", MERGING], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    if int(ran.stdout) == 0:
        pytest.skip("this kernel merges no pages")
