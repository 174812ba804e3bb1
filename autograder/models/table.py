"""A model's steps as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.models.steps import START, Wiring

_SHOWN = (
    "filters",
    "units",
    "kernel_size",
    "pool_size",
    "strides",
    "padding",
    "rate",
    "axis",
    "negative_slope",
    "max_value",
)
_USUAL = (("strides", (1, 1)), ("strides", (1,)), ("axis", -1), ("negative_slope", 0.0))  # not worth a word
_TO_THE_RIGHT = (0, 4)  # columns of numbers


def steps_table(wiring: Wiring, footer: str) -> str:
    """Return one line for each step: number, kind, settings, output shape, parameters, inputs, remarks."""
    rows = [("", "step", "", "output", "parameters", "from", "")]
    for step in wiring.steps:
        sources = wiring.sources[step.index]
        givers = ", ".join("input" if source.step == START else str(source.step) for source in sources)
        is_next = len(sources) == 1 and sources[0].step == step.index - 1
        shown = [(name, step.config[name]) for name in _SHOWN if step.config.get(name) is not None]
        settings = " ".join(f"{name}={_short(value)}" for name, value in shown if (name, value) not in _USUAL)
        remarks = []
        if step.training != "follows":
            remarks.append("always in inference mode" if step.training == "never" else "always in training mode")
        if not step.trainable:
            remarks.append("frozen")
        if any(source.step == step.index for source in wiring.outputs):
            remarks.append("output")
        rows.append(
            (
                str(step.index),
                step.kind,
                settings,
                _short(step.output_shape),
                f"{step.num_parameters:,}" if step.num_parameters else "",
                "" if is_next else givers,
                ", ".join(remarks),
            )
        )
    return "\n".join([*_aligned(rows), footer])


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column in _TO_THE_RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _short(value: object) -> str:
    """Return a value without spaces; a tuple of equal sizes as 3x3."""
    if isinstance(value, tuple) and value and all(type(each) is int for each in value):
        return "x".join(str(each) for each in value)
    if isinstance(value, tuple):
        return "(" + ", ".join("None" if each is None else str(each) for each in value) + ")"
    return str(value)
