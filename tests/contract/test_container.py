"""Containers, from a spec to the last answer.

Without an engine the protocol is tested with `engine.sh`, which runs the container's command on this machine: no
wall is tested there. The wall is tested where docker or podman answers and has the image.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from autograder.errors import InfrastructureError
from autograder.records import CellStatus
from autograder.sandbox.asking import ChildGone, ChildTooSlow
from autograder.sandbox.isolation.container import ContainerChild, ContainerEngine, command_line
from autograder.sandbox.isolation.engine import IMAGE, Engine, usable
from autograder.sandbox.isolation.selftest import examine
from autograder.sandbox.isolation.settings import Wall
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.session import Cell, NotebookSession
from autograder.sandbox.spec import walled
from autograder.settings import Execution, Limits

WITHOUT_WALL = Path(__file__).with_name("engine.sh")
DEAF = "import signal\nfor n in {*range(1, 32)} - {9, 19}: signal.signal(n, signal.SIG_IGN)\nwhile True: pass"
"""A cell that no signal ends but the one that cannot be ignored."""
LIMITS = Limits(cell_s=20, request_s=20, submission_s=20, memory_mib=1024, processes=128)


def spec(files: dict[str, Path] | None = None) -> dict[str, object]:
    """Return what a session asks for."""
    return {
        "kind": "submission",
        "fit": "one-batch",
        "old_names": "explain",
        "max_output_chars": 10_000,
        "seed": 1,
        **walled(Tier.CONTAINER, LIMITS, files),
    }


def cell(child: ContainerChild, source: str, timeout_s: float = 20) -> str:
    """Run a cell and return what it printed."""
    answer = child.ask("cell", timeout_s=timeout_s, source=source)
    assert answer["error"] is None, answer["error"]
    return "".join(output.get("text", "") for output in answer["outputs"])


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def ends(pid: int, within_s: float = 10.0) -> bool:
    """Whether a process ends within some seconds."""
    until = time.monotonic() + within_s
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_running(pid)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ContainerEngine:
    """An engine that runs the container's command, but builds no wall."""
    monkeypatch.setenv("BOX", str(tmp_path))
    monkeypatch.setenv("PYTHON", sys.executable)
    return ContainerEngine(Engine(str(WITHOUT_WALL), is_podman=False))


def test_a_submission_is_run_and_asked_over_stdin_and_stdout(engine: ContainerEngine, tmp_path: Path) -> None:
    """Files arrive, cells run, what they print does not disturb the answers, and arrays come back."""
    data = tmp_path / "digits.npy"
    np.save(data, np.arange(3_000_000))  # more than one message
    empty = tmp_path / "empty.txt"
    empty.touch()
    with engine.fork(spec({"digits.npy": data, "notes/empty.txt": empty})) as child:
        assert (
            cell(child, "import os, sys\nprint('hello')\nos.write(1, b'raw'); _ = os.system('echo shell')") == "hello\n"
        )
        assert cell(child, "import numpy as np\nprint(np.load('digits.npy').sum())") == "4499998500000\n"
        assert cell(child, "print(open('notes/empty.txt').read() == '')") == "True\n"
        cell(child, "def double(x):\n    return 2 * x")
        call = {"args": [("data", np.eye(2))], "kwargs": {}}
        answer = child.ask("ask", timeout_s=20, target=("ref", "double"), present="data", call=call)
        assert np.array_equal(answer, 2 * np.eye(2))


@pytest.mark.slow
def test_a_cell_is_interrupted_and_the_notebook_goes_on(engine: ContainerEngine) -> None:
    """An interrupt reaches the cell through the engine, as Jupyter's stop button would."""
    with engine.fork(spec()) as child:
        with pytest.raises(ChildTooSlow):
            cell(child, "import time\nx = 1\ntime.sleep(100)", timeout_s=0.5)
        child.interrupt()
        assert child.answer(5)["was_interrupted"]
        assert cell(child, "print(x)") == "1\n"


@pytest.mark.slow
def test_closing_ends_what_ignores_every_signal(engine: ContainerEngine) -> None:
    """Neither the cell nor the process that watches it is left."""
    with engine.fork(spec()) as child:
        pid = int(cell(child, "import os; print(os.getpid())"))
        watcher = int(cell(child, "print(os.getppid())"))
        assert is_running(pid)
        assert is_running(watcher)
        with pytest.raises(ChildTooSlow):
            cell(child, DEAF, timeout_s=0.5)
    assert ends(pid)
    assert ends(watcher)
    assert child.wait(0)


@pytest.mark.slow
def test_a_container_ends_when_the_asking_side_has_gone(engine: ContainerEngine) -> None:
    """A container whose channel was closed without a word ends itself, whatever its cell is doing."""
    child = engine.fork(spec())
    pid = int(cell(child, "import os; print(os.getpid())"))
    with pytest.raises(ChildTooSlow):
        cell(child, "import time\ntime.sleep(1000)", timeout_s=0.2)
    child.channel.close()
    assert ends(pid)
    assert child.wait(10)
    child.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "told"), [("import os; os._exit(3)", "exit status 3"), ("os.kill(os.getpid(), 9)", "killed by SIGKILL")]
)
def test_how_a_notebook_ended_its_process_is_known(engine: ContainerEngine, source: str, told: str) -> None:
    """Staff is told by what status or signal."""
    with engine.fork(spec()) as child:
        cell(child, "import os")
        with pytest.raises(ChildGone):
            cell(child, source)
        assert child.how_it_ended() == told
        assert child.limit_hit == ""


@pytest.mark.slow
def test_student_code_is_limited_inside_too(engine: ContainerEngine) -> None:
    """What the engine may fail to limit, each process is limited in; and it has no rights to raise that."""
    with engine.fork(spec()) as child:
        assert cell(child, "import resource\nprint(resource.getrlimit(resource.RLIMIT_FSIZE)[1])") == f"{64 << 20}\n"
        assert cell(child, "print(open('/proc/self/status').read().count('CapEff:\\t0000000000000000'))") == "1\n"
        answer = child.ask("cell", timeout_s=20, source="import socket\nsocket.socket()")
        assert "PermissionError" in answer["error"]


@pytest.mark.slow
def test_a_session_runs_in_containers(engine: ContainerEngine) -> None:
    """A cell that ends the process, or that cannot be stopped, costs that cell; the next container goes on."""
    sources = ["x = 1", "import os; os._exit(1)", "import time\ntime.sleep(1000)", "x = x + 1"]
    cells = [Cell(index, None, source) for index, source in enumerate(sources)]
    limits = msgspec.structs.replace(LIMITS, cell_s=1)
    surroundings = walled(Tier.CONTAINER, limits)
    session = NotebookSession(engine, cells, limits=limits, execution=Execution(), surroundings=surroundings)
    try:
        statuses = [each.run.status for each in session.run()]
        assert statuses == [CellStatus.OK, CellStatus.ENDED, CellStatus.LIMIT, CellStatus.OK]
        assert session.ask("ask", target=("ref", "x"), present="data") == 2
    finally:
        session.close()


@pytest.mark.slow
@pytest.mark.attack
def test_an_engine_without_a_wall_is_found_out(engine: ContainerEngine, tmp_path: Path) -> None:
    """The self-test of a container fails where there is no wall: this is what makes its success mean something."""
    examined = examine(engine, tmp_path, Tier.CONTAINER)
    assert not examined.holds
    assert examined.fix


def test_an_engine_that_fails_is_our_fault_and_says_why(engine: ContainerEngine) -> None:
    """What the engine printed is in the error; nothing is left to be closed."""
    with pytest.raises(InfrastructureError, match="the image is broken"):
        dataclasses.replace(engine, image="broken").fork(spec())


def test_a_container_gets_no_descriptors(engine: ContainerEngine) -> None:
    """What would not reach it is refused, not dropped."""
    with pytest.raises(InfrastructureError, match="descriptors"):
        engine.fork(spec(), 0)


def test_a_missing_image_is_noticed_before_anything_is_started(engine: ContainerEngine) -> None:
    """The image is asked for, never fetched."""
    assert engine.engine.problem("present") == ""
    assert "has no image absent" in engine.engine.problem("absent")


def test_removing_what_is_gone_is_no_error(engine: ContainerEngine) -> None:
    """A container may have removed itself."""
    engine.engine.remove("autograder-gone")


@pytest.mark.skipif(shutil.which("docker") is None, reason="docker's client is not here")
def test_docker_itself_knows_every_option(tmp_path: Path) -> None:
    """The real client reads the whole command line before it looks for its daemon, of which there is none."""
    wall = msgspec.convert(walled(Tier.CONTAINER, LIMITS)["wall"], Wall)
    command = command_line(Engine("docker", is_podman=False), IMAGE, "autograder-test", wall)
    environment = {**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "daemon" in done.stderr, done.stderr
    unknown = subprocess.run(
        [*command[:2], "--no-such-option", *command[2:]], env=environment, capture_output=True, text=True, check=False
    )
    assert "unknown flag" in unknown.stderr


@pytest.fixture(scope="module")
def real() -> Iterator[ContainerEngine]:
    """The engine of this machine, where there is one with the image."""
    try:
        yield ContainerEngine(usable())
    except InfrastructureError as error:
        pytest.skip(f"no container can be started here: {error.message}")


@pytest.mark.slow
@pytest.mark.attack
def test_a_real_container_holds(real: ContainerEngine, tmp_path: Path) -> None:
    """What tries to break out of a container of this machine's engine does not."""
    examined = examine(real, tmp_path, Tier.CONTAINER)
    assert examined.problem == ""
    assert all(finding.held for finding in examined.findings)


@pytest.mark.slow
def test_a_real_container_is_gone_when_it_is_closed(real: ContainerEngine) -> None:
    """The engine does not know its name any more."""
    with real.fork(spec()) as child:
        assert cell(child, "import os; print(os.getuid())") == "65534\n"
    assert real.engine.run("container", "inspect", child.name).returncode != 0
