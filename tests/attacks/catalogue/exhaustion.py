"""Attacks that use something up: processor, processes and memory.

They go a little beyond the course's limits and then tell of it: nothing but a limit keeps them from it, and nothing
is harmed where there is none.
"""

from __future__ import annotations

from attacks.attack import Attack, Control, Group
from attacks.catalogue.tools import attack

ATTACKS: tuple[Attack, ...] = (
    attack(
        "loops",
        Group.HARM,
        "never ends",
        r"""
end = time.process_time() + 6
while time.process_time() < end:
    pass
print("@loot@ six seconds of processor time")
""",
        limits=("cpu", "wall"),
    ),
    attack(
        "loops_ignoring_signals",
        Group.HARM,
        "ignores every signal and swallows every exception while it loops",
        r"""
for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except OSError:
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
end = time.process_time() + 6
while time.process_time() < end:
    try:
        while time.process_time() < end:
            pass
    except BaseException:
        pass
print("@loot@ nothing stopped it")
""",
        limits=("cpu", "wall"),
    ),
    attack(
        "loops_in_c",
        Group.HARM,
        "loops in C, where Python handles no signal",
        r"""
import itertools
start = time.process_time()
while time.process_time() < start + 6:
    sum(itertools.repeat(1, 200_000_000))
print("@loot@ nothing stopped it")
""",
        limits=("cpu", "wall"),
    ),
    attack(
        "loops_in_children",
        Group.HARM,
        "lets children use the processor and waits for them asleep",
        r"""
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        os.setsid()
        end = time.process_time() + 4
        while time.process_time() < end:
            pass
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
print("@loot@ sixteen seconds of processor time")
""",
        limits=("cpu", "wall"),
    ),
    attack(
        "loops_in_orphans",
        Group.HARM,
        "lets processes without parents use the processor, each for a moment, so that nobody counts them",
        r"""
ours, theirs = os.pipe()
for _ in range(2):
    if os.fork() == 0:
        for _ in range(25):
            start = time.process_time()
            while time.process_time() < start + 0.15:
                pass
            os.write(theirs, b"x")
            if os.fork():
                os._exit(0)
        os._exit(0)
os.close(theirs)
lives = 0
while told := os.read(ours, 100):
    lives += len(told)
if lives == 50:
    print("@loot@", lives * 0.15, "seconds of processor time")
""",
        limits=("cpu", "wall"),
    ),
    attack(
        "sleeps",
        Group.HARM,
        "sleeps through the exam, whoever wakes it",
        r"""
end = time.monotonic() + 15
while time.monotonic() < end:
    try:
        time.sleep(15)
    except BaseException:
        pass
print("@loot@ slept well")
""",
        limits=("wall",),
    ),
    attack(
        "answers_never",
        Group.HARM,
        "sleeps in the function that the checks call",
        "pass",
        answer="import time\n\n\ndef reach(kernels):\n    time.sleep(14)\n    raise ValueError('@loot@ slept well')",
        limits=("wall",),
    ),
    attack(
        "forks",
        Group.HARM,
        "starts more processes than it may",
        r"""
children = []
try:
    for _ in range(160):
        children.append(subprocess.Popen(["/bin/sleep", "60"]))
    time.sleep(2)  # where the kernel cannot count them for us alone, the watchdog does, some times a second
    print("@loot@", len(children), "processes")
finally:
    for child in children:
        child.kill()
        child.wait()
""",
        limits=("processes",),
    ),
    attack(
        "forks_without_end",
        Group.HARM,
        "a fork bomb",
        r"""
while True:
    try:
        os.fork()
    except BaseException:
        pass
""",
        control=Control.UNSAFE,
        why_no_control="without a limit it takes the machine that runs the tests with it",
    ),
    attack(
        "starts_threads",
        Group.HARM,
        "starts more threads than it may",
        r"""
done = threading.Event()
threads = [threading.Thread(target=done.wait, daemon=True) for _ in range(160)]
try:
    for thread in threads:
        thread.start()
    time.sleep(2)
    print("@loot@", threading.active_count(), "threads")
finally:
    done.set()
""",
        limits=("processes",),
    ),
    attack(
        "allocates",
        Group.HARM,
        "takes more memory than it may",
        r"""
taken = []
for _ in range(18):
    taken.append(bytearray(b"x") * (64 << 20))
print("@loot@", sum(map(len, taken)) >> 20, "MiB")
del taken
""",
        limits=("memory",),
    ),
    attack(
        "allocates_shared",
        Group.HARM,
        "takes memory that is shared, which limits of private memory do not count",
        r"""
taken = []
for _ in range(18):
    taken.append(mmap.mmap(-1, 64 << 20))
    taken[-1].write(b"x" * (64 << 20))
print("@loot@", sum(map(len, taken)) >> 20, "MiB")
del taken
""",
        limits=("memory",),
    ),
    attack(
        "allocates_unmapped",
        Group.HARM,
        "takes shared memory and lets go of its pages, so that no process seems to use them",
        r"""
taken = []
for _ in range(18):
    taken.append(mmap.mmap(-1, 64 << 20))
    taken[-1].write(b"x" * (64 << 20))
    taken[-1].madvise(mmap.MADV_DONTNEED)
time.sleep(3)
print("@loot@", sum(each[0:1] == b"x" for each in taken) * 64, "MiB")
del taken
""",
        limits=("memory",),
    ),
    attack(
        "allocates_files_in_memory",
        Group.HARM,
        "takes memory as files that have no name",
        r"""
taken = []
for _ in range(96):
    taken.append(os.memfd_create("bomb"))
    os.write(taken[-1], b"x" * (12 << 20))
print("@loot@", len(taken) * 12, "MiB")
for each in taken:
    os.close(each)
""",
    ),
    attack(
        "allocates_in_children",
        Group.HARM,
        "takes in each of many processes less than one of them may",
        r"""
children = []
ready, tell = os.pipe()
try:
    for _ in range(8):
        child = os.fork()
        if child == 0:
            taken = bytearray(b"x") * (150 << 20)
            os.write(tell, b"x")
            time.sleep(30)
            os._exit(0)
        children.append(child)
    os.close(tell)
    got = 0
    while got < 8 and os.read(ready, 1):
        got += 1
    time.sleep(1)
    if not any(os.waitpid(child, os.WNOHANG)[0] for child in children):
        print("@loot@", 8 * 150, "MiB")
finally:
    for child in children:
        try:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        except OSError:
            pass
if got < 8:
    raise MemoryError(f"{got} of 8 children got their memory")
""",
        limits=("memory",),
    ),
    attack(
        "allocates_tensor",
        Group.HARM,
        "lets TensorFlow take the memory, in C++",
        r"""
import tensorflow as tf
print("@loot@", tf.ones((17_000, 17_000)).shape)
""",
        limits=("memory",),
    ),
    attack(
        "answers_with_a_huge_model",
        Group.HARM,
        "answers with a model whose weights fill the memory",
        "pass",
        model="import keras\n\n\ndef tiny():\n"
        "    model = keras.Sequential([keras.Input((17_000,)), keras.layers.Dense(17_000)])\n"
        '    raise ValueError("@loot@", len(model.get_weights()))',
        limits=("memory",),
    ),
)
