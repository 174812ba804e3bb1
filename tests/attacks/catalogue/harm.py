"""Attacks that harm others: signals, limits and priorities of processes, the machine's name, the command's output."""

from __future__ import annotations

import os

from attacks.attack import Attack, Control, Facts, Group
from attacks.catalogue.tools import assert_stays, attack, run_plainly


def _output_is_passed_on() -> None:
    """A process that was given somebody's output writes into it."""
    assert "mark-written" in run_plainly(WRITES_TO_THE_COMMAND, {"marker": "mark"}, os.environ)


def _limits_are_lifted() -> None:
    """A process without limits may have none."""
    assert Facts.LOOT in run_plainly(RAISES_ITS_LIMITS, {}, os.environ)


WRITES_TO_THE_COMMAND = attack(
    "writes_to_the_command",
    Group.HARM,
    "writes past Python into what the grading command prints",
    r"""
for descriptor in (1, 2):
    os.write(descriptor, b"@marker@-written\n" * 1000)
subprocess.run(["/bin/sh", "-c", "echo @marker@-written; echo @marker@-written >&2"], check=False)
""",
    control=Control.OWN,
    succeeds=_output_is_passed_on,
)

BURNS_AFTER_THE_CELLS = attack(
    "burns_after_the_cells",
    Group.HARM,
    "leaves children that use the processor while the checks ask",
    r"""
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        libc.prctl(15, b"@marker@-burn", 0, 0, 0)
        os.nice(19)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if time.process_time() > 5:
                time.sleep(0.2)
        os._exit(0)
""",
    control=Control.OWN,
    succeeds=lambda: assert_stays(BURNS_AFTER_THE_CELLS, "burn"),
)

RAISES_ITS_LIMITS = attack(
    "raises_its_limits",
    Group.HARM,
    "lifts the limits that it was given",
    r"""
everything = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
attempt(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, everything) or "files of any size")
""",
    control=Control.OWN,
    succeeds=_limits_are_lifted,
)

ATTACKS: tuple[Attack, ...] = (
    WRITES_TO_THE_COMMAND,
    BURNS_AFTER_THE_CELLS,
    attack(
        "signals_others",
        Group.HARM,
        "sends signals to processes of the operator",
        r"""
import fcntl

number = {"x86_64": 234, "aarch64": 131}[platform.machine()]
ours, theirs = socket.socketpair()
try:
    fcntl.fcntl(ours, fcntl.F_SETOWN, @victim_pid@)  # who is told when something arrives
    fcntl.fcntl(ours, 10, signal.SIGUSR1)  # and by which signal: F_SETSIG
    fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)
    theirs.send(b"x")
except OSError:
    pass
attempt(
    lambda: os.kill(@victim_pid@, signal.SIGUSR1) or "kill",
    lambda: signal.pidfd_send_signal(os.pidfd_open(@victim_pid@), signal.SIGUSR1) or "pidfd",
    lambda: libc.syscall(number, @victim_pid@, @victim_pid@, 10) == 0 and "tgkill",
    lambda: libc.sigqueue(@victim_pid@, 10, None) == 0 and "sigqueue",
)
""",
    ),
    attack(
        "kills_everything",
        Group.HARM,
        "kills all processes that it may signal",
        r"""
pid = os.fork()
if pid == 0:
    try:
        os.kill(@victim_pid@, 0)
    except OSError:
        os.kill(-1, signal.SIGKILL)  # nothing of the operator's can be met
    os._exit(0)
os.waitpid(pid, 0)
attempt(lambda: os.kill(@victim_pid@, 0) or "may signal others")
""",
        control=Control.NO_WALL,
    ),
    attack(
        "kills_its_keepers",
        Group.HARM,
        "stops and kills the process that it was forked from, and its process group",
        r"""
for number in (signal.SIGSTOP, signal.SIGKILL):
    for target in {os.getppid(), -os.getpgid(0), 1} - {0, -1}:
        if target != os.getpid():
            try:
                os.kill(target, number)
            except OSError:
                pass
""",
        control=Control.UNSAFE,
        why_no_control="without the wall it ends the fork server, and with it every other control",
    ),
    attack(
        "limits_others",
        Group.HARM,
        "takes processor, priority and limits away from processes of the operator",
        r"""
def affinity():
    first = min(os.sched_getaffinity(@victim_pid@))
    os.sched_setaffinity(@victim_pid@, {first})
    return "bound to one processor"

attempt(
    lambda: resource.prlimit(@victim_pid@, resource.RLIMIT_CORE, (0, 0)),
    lambda: os.setpriority(os.PRIO_PROCESS, @victim_pid@, 5) or "its priority",
    affinity,
    lambda: os.sched_setscheduler(@victim_pid@, os.SCHED_BATCH, os.sched_param(0)) or "its schedule",
    lambda: syscall("ioprio_set", 1, @victim_pid@, 3 << 13) or "its disk",
)
""",
    ),
    RAISES_ITS_LIMITS,
    attack(
        "takes_priority",
        Group.HARM,
        "takes the processor from everybody with a better priority",
        r"""
attempt(
    lambda: os.setpriority(os.PRIO_PROCESS, 0, -5) or "nice",
    lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) or "real time",
)
""",
        needs_root=True,
    ),
    attack(
        "names_the_machine",
        Group.HARM,
        "changes the machine's name",
        r"""
attempt(lambda: socket.sethostname(socket.gethostname()) or "named")
""",
        needs_root=True,
    ),
)
