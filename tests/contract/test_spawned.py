"""A plain process answers, stops and ends as a forked one does, with nothing that only Linux has."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.checking.process import Spawned, Spawner
from autograder.errors import InfrastructureError, NotDefined
from autograder.sandbox.asking import ChildGone, ChildOutOfCpu, ChildTooSlow
from autograder.wire import Channel

SPEC = {"kind": "submission", "fit": "one-batch", "max_output_chars": 1000, "seed": 7, "old_names": "explain"}


@pytest.fixture(scope="module")
def shared() -> Iterator[Spawned]:
    """A process that several tests ask."""
    with Spawner({"data/words.txt": b"three"}).fork(SPEC) as process:
        yield process


def run(process: Spawned, source: str, **limits: float) -> str | None:
    """Run a cell, and return what it raised."""
    answer = process.ask("cell", source=source, **limits)
    return answer["error"]


class Slow:
    """A connection that keeps back what is sent, until it is told to deliver."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._kept: list[dict[str, object]] = []

    def send(self, message: dict[str, object], timeout_s: float) -> None:
        """Keep a message back."""
        self._kept.append(message)

    def deliver(self) -> None:
        """Send what was kept back."""
        for message in self._kept:
            self._channel.send(message)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until_gone(pid: int) -> bool:
    """Wait until a process is gone; False where it stays."""
    deadline = time.monotonic() + 20
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_alive(pid)


def test_it_runs_cells_and_answers_in_a_folder_of_its_own(shared: Spawned) -> None:
    """Files of the assignment lie there, and nothing of the folder that the command was typed in."""
    assert run(shared, "import os\nhere = os.getcwd()\nword = open('data/words.txt').read()") is None
    assert shared.ask("ask", target=("ref", "word"), present="data") == "three"
    assert Path(shared.ask("ask", target=("ref", "here"), present="data")) != Path.cwd()
    with pytest.raises(NotDefined):
        shared.ask("ask", target=("ref", "absent"), present="data")


def test_figures_are_drawn_without_a_screen(shared: Spawned) -> None:
    """The first figure of a process is no other than the later ones."""
    answer = shared.ask("cell", source="import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    assert answer["error"] is None
    assert any(output.get("pixels") is not None for output in answer["outputs"])


@pytest.mark.parametrize("source", ["while True: pass", "import time\ntime.sleep(1000)"], ids=["busy", "asleep"])
def test_a_cell_can_be_interrupted(shared: Spawned, source: str) -> None:
    """It ends with KeyboardInterrupt, and the process goes on."""
    with pytest.raises(ChildTooSlow):
        run(shared, source, timeout_s=0.5)
    shared.interrupt()
    assert shared.answer(10)["was_interrupted"] is True
    assert run(shared, "after = 1") is None


def test_an_interrupt_while_nothing_runs_stops_nothing(shared: Spawned) -> None:
    """The next cell is not torn by it, however soon it begins."""
    for _ in range(100):
        shared.interrupt()
        assert run(shared, "for _ in range(20_000): pass") is None


def test_an_interrupt_that_comes_too_late_stops_nothing(shared: Spawned, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its cell ended by itself meanwhile, the next one, which runs by then, goes through."""
    wire = Slow(shared._control)
    monkeypatch.setattr(shared, "_control", wire)
    with pytest.raises(ChildTooSlow):
        run(shared, "import time\ntime.sleep(0.5)", timeout_s=0.1)
    shared.interrupt()
    assert shared.answer(20)["was_interrupted"] is False
    with pytest.raises(ChildTooSlow):
        run(shared, "until = time.monotonic() + 1\nwhile time.monotonic() < until: pass", timeout_s=0.5)
    wire.deliver()
    assert shared.answer(20)["error"] is None


def test_cpu_seconds_are_counted_while_a_cell_runs(shared: Spawned) -> None:
    """What computes uses them up, what sleeps does not."""
    assert run(shared, "import time\ntime.sleep(0.5)", total_cpu_s=shared.cpu_s + 0.3) is None
    with pytest.raises(ChildOutOfCpu):
        run(shared, "while True: pass", total_cpu_s=shared.cpu_s + 0.3)
    shared.interrupt()
    shared.answer(10)


def test_a_process_that_ends_says_how() -> None:
    """Whoever asked learns that it is gone, and its exit status; its folder is removed."""
    with Spawner({}).fork(SPEC) as process:
        folder = Path(process.ask("cell", source="import os; os.getcwd()")["outputs"][0]["text"].strip("'"))
        assert folder.is_dir()
        with pytest.raises(ChildGone):
            run(process, "os._exit(7)")
        assert process.how_it_ended() == "exit status 7"
        assert process.limit_hit == ""
    assert not folder.exists()


@pytest.mark.slow
def test_closing_ends_what_it_started() -> None:
    """Nothing that a notebook left running stays."""
    with Spawner({}).fork(SPEC) as process:
        source = "import os, time\nleft = os.fork()\nif left == 0:\n    time.sleep(1000)"
        assert run(process, source) is None
        left = process.ask("ask", target=("ref", "left"), present="data")
        assert is_alive(left)
    assert until_gone(left)


@pytest.mark.slow
def test_it_ends_with_the_process_that_asks() -> None:
    """Even in the middle of a cell, and however that process ended."""
    script = f"""
        import os
        from autograder.checking.process import Spawner
        process = Spawner({{}}).fork({SPEC!r})
        process.channel.send({{"id": 1, "op": "cell", "args": {{"source": "while True: pass"}}}})
        print(process._process.pid, flush=True)
        os._exit(0)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert until_gone(int(done.stdout))


def test_a_package_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A student without TensorFlow reads what is missing, and what to type."""
    (tmp_path / "tensorflow.py").write_text("raise ModuleNotFoundError(\"No module named 'tensorflow'\")")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(InfrastructureError, match="No module named 'tensorflow'.*pip install -r requirements.txt"):
        Spawner({}).fork(SPEC)


def test_a_python_that_does_not_start_says_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it printed is in the message."""
    (tmp_path / "sitecustomize.py").write_text("import os\nprint('no room', flush=True)\nos._exit(3)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(InfrastructureError, match="no room"):
        Spawner({}).fork(SPEC)


def test_a_stranger_who_connects_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user of the machine can reach the port, but does not know the token."""
    create_server = socket.create_server
    strangers: list[socket.socket] = []

    def watched(address: tuple[str, int]) -> socket.socket:
        listener = create_server(address)
        strangers.append(socket.create_connection(listener.getsockname()))
        strangers[0].sendall(b"0" * 64 + b"j")
        return listener

    monkeypatch.setattr(socket, "create_server", watched)
    with Spawned.start(SPEC, {}):
        assert strangers[0].recv(1) == b""
    strangers[0].close()


def test_nothing_is_passed_on_to_the_libraries_but_what_grading_sets(
    shared: Spawned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token is gone before student code runs; Keras and IPython read no settings of the student's."""
    assert run(shared, "import os\nfound = [name for name in os.environ if 'AUTOGRADER_CHECK' in name]") is None
    assert shared.ask("ask", target=("ref", "found"), present="data") == []
    assert run(shared, "homes = [os.environ[name] for name in ('KERAS_HOME', 'IPYTHONDIR')]") is None
    homes = shared.ask("ask", target=("ref", "homes"), present="data")
    assert all(not Path(home).is_relative_to(Path.home()) for home in homes)
    assert os.environ.get("KERAS_HOME") not in homes
