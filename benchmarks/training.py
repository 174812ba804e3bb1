"""What a recipe tells apart, and what it costs: trains known architectures as a grading does.

Run it from the repository's root::

    python benchmarks/training.py --seeds 5                  accuracy per epoch, and seconds, of each architecture
    python benchmarks/training.py --only residual dense      of some of them
    python benchmarks/training.py --early                    what the early verdict saves over the corpus
    python benchmarks/training.py --speed                    against a plain `model.fit`, and how a backend is fastest
    python benchmarks/training.py --slots 1 2 4 8            trainings a minute on GPUs that so many share

Trainings run through the real chain (fork server, `TrainingService`, trainer) with an empty cache. Each seed is another
course secret, so data, initial weights and order all change. ``KERAS_BACKEND`` chooses the library.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import msgspec
import numpy as np
from trainings import Bench, early

from autograder.calibrating.models import find_models
from autograder.calibrating.progress import ignore
from autograder.calibrating.variants import must_miss, must_pass, trained_questions
from autograder.corpus import read_corpus
from autograder.course import Assignment, Course
from autograder.datasets import load
from autograder.models.graph import ModelGraph
from autograder.rubric import Rubric
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.spec import clean_environment
from autograder.settings import Device, Recipe
from autograder.training.devices import Setup, TrainingOptions, find

SPEEDS = (
    {"jit_compile": False, "steps_per_execution": 1},
    {"jit_compile": False, "steps_per_execution": 16},
    {"jit_compile": True, "steps_per_execution": 1},
    {"jit_compile": True, "steps_per_execution": 16},
    {"precision": "mixed_bfloat16"},
)
SPEED_EPOCHS = 3


def graphs(names: Sequence[str]) -> dict[str, ModelGraph]:
    """Return architectures as data; all of them where none is named."""
    os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
    import architectures  # after the backend is set: models are traced with TensorFlow, whatever trains them

    from autograder.models.trace import trace

    chosen = [make for make in architectures.ARCHITECTURES if not names or make.__name__ in names]
    return {make.__name__: ModelGraph.from_data(trace(make(), weights=False)) for make in chosen}


def show_accuracy(bench: Bench, recipe: Recipe, names: Sequence[str], seeds: int) -> None:
    """Print for each architecture the best accuracy so far after each epoch, over all seeds, and what it takes.

    Floors are chosen from the smallest value of the models that must pass and the largest of those that must not.
    """
    print("best accuracy so far after each epoch (lowest/mean/highest); seconds and CPU seconds in all (median)")
    whole = msgspec.structs.replace(recipe, floors={})
    for name, graph in graphs(names).items():
        runs = [bench.train(graph, whole, seed) for seed in range(seeds)]
        best = zip(*(accumulate(run.record.attempts[0].test, max) for run in runs), strict=True)
        columns = [f"{min(each):.3f}/{statistics.mean(each):.3f}/{max(each):.3f}" for each in best]
        seconds = statistics.median(run.seconds for run in runs)
        cpu = statistics.median(run.cpu_seconds for run in runs)
        print(f"{name:27s} {'  '.join(columns)}  {seconds:5.1f} s  {cpu:5.1f} s", flush=True)


def show_early(bench: Bench, course: Course, assignment: Assignment, recipe: Recipe, seeds: int) -> None:
    """Print what every model of the corpus takes until its verdict, beside the same attempts in full.

    Training stops at the floor, which a best epoch that comes later cannot take back: the verdicts are equal.
    Equal models count once. Those that are not trained at all, since a check before has failed, count apart.
    """
    rubric, corpus = Rubric.read(assignment), read_corpus(assignment)
    questions = trained_questions(rubric)
    judged = [variant for variant in corpus if must_pass(variant) or must_miss(variant, rubric)]
    models = find_models(
        course, rubric, judged, questions, zygote=bench.zygote.control, tier=Tier.NONE, on_progress=ignore
    )
    spared = sum(
        not must_miss(variant, rubric) and any(rubric.checks[name].question in questions for name in variant.fails)
        for variant in corpus
    )
    print("until the verdict, of the same attempts in full: epochs, seconds")
    epochs, seconds = np.zeros(2, int), np.zeros(2)
    for model in models:
        for seed in range(seeds):
            run = early(bench, model, recipe, seed)
            epochs, seconds = epochs + np.array(run.epochs), seconds + np.array(run.seconds)
            print(
                f"{run.question:27s} {run.name:45s} {'passes' if run.passes else 'misses'} "
                f"{recipe.floors[run.question]:.2f}: {run.epochs[0]} of {run.epochs[1]} epochs, "
                f"{run.seconds[0]:.1f} of {run.seconds[1]:.1f} s",
                flush=True,
            )
    full_s = seconds[1] * (1 + spared / len(models))
    print(f"{len(models)} models: {epochs[0]} of {epochs[1]} epochs, {seconds[0]:.0f} of {seconds[1]:.0f} s: ", end="")
    print(f"{1 - seconds[0] / seconds[1]:.0%} of the time saved")
    print(f"{spared} more are not trained, because a check before failed: {1 - seconds[0] / full_s:.0%} ", end="")
    print("with these, if each takes as long as the others on average")


def epoch_s(name: str, what: str, setup: Setup) -> tuple[float, float, float]:
    """Return seconds and CPU seconds of the fastest epoch but the first, and CPU seconds of the first.

    `what` is ``plain`` for a plain `model.fit`, ``ours`` for the trainer, or JSON with another way to compute.
    """
    command = [sys.executable, __file__, "--measure", name, what]
    environment = {**os.environ, **setup.places()[0].environment(), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds, cpu, first_cpu = json.loads(done.stdout.strip().splitlines()[-1])
    return seconds, cpu, first_cpu


def show_speed(recipe: Recipe, setup: Setup) -> None:
    """Print an epoch of the trainer beside one of a plain `model.fit`, and beside other ways to compute."""
    print(f"{setup.backend} on a {setup.device}: seconds, and CPU seconds, of an epoch of {recipe.num_train:,} images")
    for name in ("small_batchnorm", "residual"):
        for what in ("plain", "ours", *map(json.dumps, SPEEDS)):
            seconds, cpu, first = epoch_s(name, what, setup)
            columns = f"{seconds:6.2f} s {cpu:6.2f} s CPU (first epoch {first:.2f} s CPU)"
            print(f"{name:16s} {what:52s} {columns}", flush=True)


def measure(name: str, what: str, recipe: Recipe) -> None:
    """Print what `epoch_s` returns, for this process, as JSON."""
    import architectures
    import keras

    from autograder.models.trace import trace
    from autograder.training import trainer

    sizes = {"num_train": recipe.num_train, "num_test": 256, "seed": 1}
    data = load(recipe.dataset, **sizes)
    keras.utils.set_random_seed(1)
    model = getattr(architectures, name)()
    if what == "plain":
        model.compile(
            keras.optimizers.Adam(recipe.learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        images = data.train_images.astype("float32")
        epoch = functools.partial(model.fit, images, data.train_labels, batch_size=recipe.batch_size, verbose=0)
    else:
        defaults = trainer.SPEED.get(f"{keras.backend.backend()}-cpu", trainer.UNMEASURED)
        speed = None if what == "ours" else {**defaults, **json.loads(what)}
        training = trainer.Training(
            graph=trace(model, weights=False),
            task=recipe.task.value,
            images=data.train_images,
            known={"labels": data.train_labels},
            held_out=data.test_images,
            num_classes=data.num_classes,
            seed=1,
            epochs=SPEED_EPOCHS,
            batch_size=recipe.batch_size,
            optimizer=recipe.optimizer.value,
            learning_rate=recipe.learning_rate,
            schedule=recipe.schedule.value,
            flip=False,
            speed=speed,
        )
        order = np.random.default_rng(1).permutation(len(data.train_images)).astype("int32")
        epoch = functools.partial(training.fit, order)  # without the evaluation, which the plain loop does not make
    times = []
    for _ in range(SPEED_EPOCHS):
        begin, begin_cpu = time.perf_counter(), time.process_time()
        epoch()
        times.append((time.process_time() - begin_cpu, time.perf_counter() - begin))
    cpu, seconds = min(times[1:])
    print(json.dumps([seconds, cpu, times[0][0]]))


def show_slots(recipe: Recipe, zygote: ForkServer, counts: Sequence[int]) -> None:
    """Print trainings a minute for so many at a time, twice as many trainings as slots."""
    (graph,) = graphs(["small_batchnorm"]).values()
    for count in counts:
        setup = find("", recipe, TrainingOptions(device=Device.GPU, slots=count))
        bench = Bench(zygote, setup)
        with tempfile.TemporaryDirectory() as folder:
            threads = [
                threading.Thread(target=bench.train, args=(graph, recipe, seed, Path(folder)))
                for seed in range(2 * count)
            ]
            begin = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            minutes = (time.perf_counter() - begin) / 60
        print(f"{count} slots on {setup.cards} cards: {len(threads) / minutes:.1f} trainings a minute", flush=True)


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description="Accuracy, speed and early verdicts of known architectures.")
    parser.add_argument("--assignment", default="convnets")
    parser.add_argument("--recipe", default="quick")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--early", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--slots", nargs="+", type=int, default=[])
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    course = Course.find(Path())
    assignment = course.assignment(options.assignment)
    recipe = assignment.settings.recipes[options.recipe]
    if options.measure:
        measure(*options.measure, recipe)
        return
    setup = find(options.recipe, recipe, TrainingOptions())
    print(
        f"recipe {options.recipe}: {recipe.num_train:,} images of {recipe.dataset}, {recipe.epochs} epochs, batch "
        f"{recipe.batch_size}, {recipe.optimizer} {recipe.learning_rate:g}; {os.cpu_count()} cores, "
        f"{setup.identity.strip()}; {options.seeds} seeds"
    )
    if options.speed:
        show_speed(recipe, setup)
        return
    with ForkServer("autograder.sandbox.zygote", clean_environment()) as zygote:
        if options.slots:
            show_slots(recipe, zygote, options.slots)
        elif options.early:
            show_early(Bench(zygote, setup), course, assignment, recipe, options.seeds)
        else:
            show_accuracy(Bench(zygote, setup), recipe, options.only, options.seeds)


if __name__ == "__main__":
    main()
