"""Every tier keeps its limits from outside, and leaves nothing behind: asked of real walls without TensorFlow."""

import os
import signal
import time
from pathlib import Path

import pytest
import reachable

from autograder.errors import InfrastructureError
from autograder.sandbox.asking import ChildGone, ChildOutOfCpu, ChildTooSlow
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation import cgroups, warden
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.spec import clean_environment, walled
from autograder.settings import Limits

TESTS = Path(__file__).parents[1]
LIMITS = Limits(submission_s=60, memory_mib=200, processes=48, file_mib=8, disk_mib=24, inodes=500)
FORK_MANY = """
import os, time
result = 0
try:
    while result < 400:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        result += 1
except OSError:
    pass
"""
FILL = """
result = 0
try:
    for number in range(40):
        with open(f"file{number}", "wb") as file:
            file.write(bytes(1 << 20))
        result += 1
    import time
    time.sleep(5)
except OSError:
    pass
"""
DAEMON = """
import os, signal, time
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1, 32):
            if number not in (signal.SIGKILL, signal.SIGSTOP):
                signal.signal(number, signal.SIG_IGN)
        os.write(writer, b"x")
        time.sleep(600)
    os._exit(0)
os.read(reader, 1)
"""


@pytest.fixture(scope="module")
def server():
    """A fork server that can build walls."""
    with reachable.start(lambda: ForkServer("echo_server", clean_environment(PYTHONPATH=str(TESTS)))) as running:
        yield running


@pytest.fixture(params=[Tier.NAMESPACES, Tier.LANDLOCK, Tier.NONE])
def spec(server, request):
    """A tier that this machine can build, with its limits."""
    spec = walled(request.param, LIMITS)
    spec["wall"]["read_only"] = [*spec["wall"]["read_only"], str(TESTS)]
    try:
        with server.control.fork(spec) as child:
            child.ask("run", source="import colorsys")
    except InfrastructureError as error:
        pytest.skip(f"{request.param} does not hold here: {error.message}")
    return spec


def tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    from autograder.sandbox.isolation.processes import descendants

    return [pid, *descendants(pid)]


def all_gone(pids: list[int]) -> bool:
    """Whether all of some processes end within some seconds."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.02)
    return False


def nothing_left(pid: int) -> bool:
    """Whether neither folder nor control group of a warden is left."""
    group = cgroups.Group.of(pid)
    folders = [warden.folder_of(pid)]
    if group is not None:
        folders += [group.place.memory / group.name, group.place.pids / group.name]
    return not any(folder.exists() for folder in folders)


def test_a_child_works_in_a_folder_of_its_own(server, spec):
    """What is written can be read again, and is gone with the child."""
    with server.control.fork(spec) as child:
        child.ask("run", source="open('mine.txt', 'w').write('mine')")
        assert child.ask("run", source="result = open('mine.txt').read()") == "mine"
        pid = child.pid
    with server.control.fork(spec) as child:
        assert child.ask("run", source="import os; result = os.listdir('.')") == []
    assert nothing_left(pid)


def test_declared_files_can_be_read_there(server, spec, tmp_path):
    """A file of the assignment lies in the child's folder under its name."""
    (tmp_path / "words.txt").write_text("three")
    files = {"data/words.txt": str(tmp_path / "words.txt")}
    with server.control.fork({"wall": {**spec["wall"], "files": files}}) as child:
        assert child.ask("run", source="result = open('data/words.txt').read()") == "three"


def test_memory_of_one_process_is_limited(server, spec):
    """A process that allocates more than the limit is told so, or ended where the warden sees it first."""
    grow = """
got = []
result = 0
try:
    while result < 2000:
        got.append(b"x" * (20 << 20))
        result += 20
except MemoryError:
    got.clear()
"""
    with server.control.fork(spec) as child:
        try:
            assert child.ask("run", source=grow) <= 200
        except ChildGone:
            assert child.limit_hit == "memory"
        else:
            assert child.ask("echo", value=1) == 1


def test_memory_is_limited_over_all_processes(server, spec):
    """Several processes that are above the limit together only are ended, and the child says by what."""
    many = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        hold = os.urandom(1 << 20) * 90
        time.sleep(20)
        os._exit(0)
while True:
    if os.waitpid(-1, 0)[1]:
        os.kill(os.getpid(), 9)
"""
    with server.control.fork(spec) as child:
        with pytest.raises(ChildGone):
            child.ask("run", source=many, timeout_s=20)
        assert child.limit_hit == "memory"


def test_shared_memory_counts(server, spec):
    """Memory that is shared between processes does not escape the limit."""
    share = """
import mmap, time
hold = []
for _ in range(8):
    piece = mmap.mmap(-1, 50 << 20)
    for at in range(0, len(piece), 4096):
        piece[at] = 1
    hold.append(piece)
time.sleep(20)
"""
    with server.control.fork(spec) as child:
        with pytest.raises(ChildGone):
            child.ask("run", source=share, timeout_s=20)
        assert child.limit_hit == "memory"


def test_processes_are_limited(server, spec):
    """A fork bomb stops at the limit, or is ended for it."""
    with server.control.fork(spec) as child:
        try:
            assert child.ask("run", source=FORK_MANY, timeout_s=20) <= 60
        except ChildGone:
            assert child.limit_hit == "processes"
        below = tree(child.pid)
    assert all_gone(below)


def test_disk_is_limited(server, spec):
    """Many files that are small enough each cannot fill the disk together."""
    with server.control.fork(spec) as child:
        try:
            assert child.ask("run", source=FILL, timeout_s=20) <= 24
        except ChildGone:
            assert child.limit_hit == "disk"
        pid = child.pid
    assert nothing_left(pid)


def test_deleted_files_count(server, spec):
    """A file that is open but deleted takes disk too."""
    hidden = FILL.replace(
        'with open(f"file{number}", "wb") as file:\n            file.write',
        'held.append(open("hidden", "wb"))\n        os.unlink("hidden")\n        held[-1].write',
    )
    with server.control.fork(spec) as child:
        try:
            assert child.ask("run", source=f"import os\nheld = []{hidden}", timeout_s=20) <= 24
        except ChildGone:
            assert child.limit_hit == "disk"


def test_folders_too_deep_to_walk_are_removed(server, spec):
    """Folders in folders beyond what a path can name are ended as disk use, or fit; nothing is left of them."""
    deep = "import os, time\nfor _ in range(400):\n    os.mkdir('d' * 100)\n    os.chdir('d' * 100)\ntime.sleep(2)"
    with server.control.fork(spec) as child:
        try:
            child.ask("run", source=deep, timeout_s=20)
        except ChildGone:
            assert child.limit_hit == "disk"
        pid = child.pid
    assert nothing_left(pid)


def test_one_file_is_limited(server, spec):
    """A single file stops growing at its limit."""
    grow = """
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
result = ""
try:
    open("big", "wb").write(bytes(20 << 20))
except OSError as error:
    result = error.strerror
"""
    with server.control.fork(spec) as child:
        assert child.ask("run", source=grow, timeout_s=20)


def test_cpu_seconds_of_all_processes_decide(server, spec):
    """Computing in a process of one's own counts like computing oneself."""
    spin = "import os\nif os.fork() == 0:\n    while True: pass\nos.wait()"
    with server.control.fork(spec) as child, pytest.raises(ChildOutOfCpu):
        child.ask("run", source=spin, timeout_s=60, total_cpu_s=child.cpu_s + 0.3)


def test_sleeping_costs_no_cpu_seconds(server, spec):
    """What only waits runs into the wall clock, not into the limit on computing."""
    with server.control.fork(spec) as child, pytest.raises(ChildTooSlow) as raised:
        child.ask("run", source="import time; time.sleep(60)", timeout_s=0.5, total_cpu_s=child.cpu_s + 10)
    assert not isinstance(raised.value, ChildOutOfCpu)


def test_an_interrupt_reaches_student_code(server, spec):
    """Interrupting a child raises KeyboardInterrupt in it, and it lives."""
    wait = "import time\nresult = ''\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    result = 'interrupted'"
    with server.control.fork(spec) as child:
        with pytest.raises(ChildTooSlow):
            child.ask("run", source=wait, timeout_s=0.3)
        child.interrupt()
        assert child.answer(5) == "interrupted"


def test_a_child_that_ignores_every_signal_is_gone_when_closed(server, spec):
    """Nothing that student code does to signals keeps it alive."""
    with server.control.fork(spec) as child:
        with pytest.raises(ChildTooSlow):
            child.ask("spin", timeout_s=0.2, ignore_signals=True)
        below = tree(child.pid)
    assert all_gone(below)


def test_a_daemon_ends_with_its_child(server, spec):
    """A process that cut every tie to its parent is ended with it."""
    with server.control.fork(spec) as child:
        child.ask("run", source=DAEMON)
        below = tree(child.pid)
        assert len(below) >= 3
    assert all_gone(below)


def test_a_daemon_ends_with_a_child_that_ended_by_itself(server, spec):
    """A child that leaves a process and exits leaves nothing."""
    with server.control.fork(spec) as child:
        child.ask("run", source=DAEMON)
        below = tree(child.pid)
        with pytest.raises(ChildGone):
            child.ask("end", status=0)
        assert all_gone(below)


def test_what_a_killed_warden_leaves_is_ended(server, spec):
    """A warden that is killed takes everything with it."""
    with server.control.fork(spec) as child:
        child.ask("run", source=DAEMON)
        below = tree(child.pid)
        os.kill(child.pid, signal.SIGKILL)
        assert all_gone(below)
        pid = child.pid
    assert nothing_left(pid)


def test_how_student_code_ended_is_known(server, spec):
    """Exit status and signal come through the processes between."""
    with server.control.fork(spec) as child:
        with pytest.raises(ChildGone):
            child.ask("end", status=3)
        assert "exit status 3" in child.how_it_ended()
    with server.control.fork(spec) as child:
        with pytest.raises(ChildGone):
            child.ask("run", source="import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
        assert "SIGSEGV" in child.how_it_ended()


def test_nothing_is_left_of_a_killed_server(spec):
    """When the fork server itself is killed, its children and their daemons end, and their folders are removed."""
    server = reachable.start(lambda: ForkServer("echo_server", clean_environment(PYTHONPATH=str(TESTS))))
    child = server.control.fork(spec)
    child.ask("run", source=DAEMON)
    below = tree(child.pid)
    time.sleep(3 * warden.LOOK_INTERVAL_S)  # by then the warden has looked as another user
    server._process.kill()
    assert all_gone(below)
    child.close()
    server.close()
    assert nothing_left(child.pid)


def test_a_wall_that_cannot_be_built_is_an_error(server, spec, tmp_path):
    """A part of the wall that fails is told, and no child runs without it."""
    files = {"data.txt": str(tmp_path / "absent.txt")}
    with pytest.raises(InfrastructureError, match="absent"):
        server.control.fork({"wall": {**spec["wall"], "files": files}})


def test_a_link_that_was_planted_where_a_folder_is_to_be_made_is_an_error(tmp_path):
    """Whoever knows where a child's folder will be gets nothing by being there first: no file of theirs is touched."""
    temporary, planted = tmp_path / "tmp", tmp_path / "planted"
    for folder in (temporary, planted):
        folder.mkdir()
    (planted / "thesis.txt").write_text("years of work")
    spec = walled(Tier.NONE, LIMITS)
    with ForkServer("echo_server", clean_environment(PYTHONPATH=str(TESTS), TMPDIR=str(temporary))) as server:
        with server.control.fork(spec) as child:
            pid = child.pid
            assert os.listdir(temporary) == [warden.folder_of(pid).name]
        for number in range(pid + 1, pid + 3000):
            (temporary / warden.folder_of(number).name).symlink_to(planted)
        with pytest.raises(InfrastructureError, match="FileExistsError"):
            server.control.fork(spec)
    assert len(os.listdir(temporary)) == 2999
    assert [path.name for path in planted.iterdir()] == ["thesis.txt"]
