"""Attacks that leave processes running."""

from __future__ import annotations

from attacks.attack import Attack, Control, Group
from attacks.catalogue.tools import assert_stays, attack

DAEMON = attack(
    "leaves_daemon",
    Group.LEFTOVERS,
    "starts a daemon in a session of its own that ignores every signal",
    r"""
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in signal.valid_signals():
            try:
                signal.signal(number, signal.SIG_IGN)
            except OSError:
                pass
        libc.prctl(1, 0, 0, 0, 0)
        libc.prctl(15, b"@marker@-daemon", 0, 0, 0)
        os.closerange(0, 256)
        os.chdir("/")
        time.sleep(120)
    os._exit(0)
""",
    control=Control.OWN,
    succeeds=lambda: assert_stays(DAEMON, "daemon"),
)

PROGRAM = attack(
    "leaves_program",
    Group.LEFTOVERS,
    "starts another program that goes on without it",
    r"""
subprocess.Popen(
    ["/bin/sh", "-c", "sleep 120; : @marker@-program"], start_new_session=True, env={},
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
""",
    control=Control.OWN,
    succeeds=lambda: assert_stays(PROGRAM, "program"),
)

STOPPED = attack(
    "leaves_stopped_process",
    Group.LEFTOVERS,
    "leaves a stopped process, which no polite signal ends",
    r"""
if os.fork() == 0:
    os.setsid()
    libc.prctl(1, 0, 0, 0, 0)
    libc.prctl(15, b"@marker@-stopped", 0, 0, 0)
    while True:
        os.kill(os.getpid(), signal.SIGSTOP)
time.sleep(0.2)
""",
    control=Control.OWN,
    succeeds=lambda: assert_stays(STOPPED, "stopped"),
)

RUNAWAY = attack(
    "leaves_runaway",
    Group.LEFTOVERS,
    "forks a new self every few milliseconds, so that whoever kills it comes too late",
    r"""
if os.fork() == 0:
    libc.prctl(15, b"@marker@-runaway", 0, 0, 0)
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if os.fork():
            os._exit(0)
        os.setsid()
        libc.prctl(1, 0, 0, 0, 0)
        time.sleep(0.002)
    os._exit(0)
""",
    control=Control.OWN,
    succeeds=lambda: assert_stays(RUNAWAY, "runaway"),
)

ATTACKS: tuple[Attack, ...] = (
    DAEMON,
    PROGRAM,
    STOPPED,
    RUNAWAY,
)
