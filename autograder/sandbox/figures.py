"""A Matplotlib figure as plain data: what a check can ask about it."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.sandbox.shell import figure_pixels

MAX_AXES = 1024


def describe(figure: Any) -> dict[str, Any]:
    """Return a figure's axes and its picture.

    Parameters
    ----------
    figure
        A `matplotlib.figure.Figure`.

    Returns
    -------
    ``{"axes": [...], "pixels": (h, w, 4) uint8}``. Axes that are invisible, or on which nothing is drawn or
    written, are left out. Each other one has ``images`` (arrays), ``lines`` (tuples x, y, label), ``title``,
    ``x_label``, ``y_label``, ``legend``, ``texts`` (strings), ``has_x_ticks`` and ``has_y_ticks``, and the strings
    ``x_tick_labels`` and ``y_tick_labels``, as far as they are seen and in the order of reading.
    """
    pixels = figure_pixels(figure)  # first: labels of ticks are made while a figure is drawn
    axes = [_describe_axes(each) for each in figure.axes[:MAX_AXES] if each.get_visible() and _is_used(each)]
    return {"axes": axes, "pixels": pixels}


def _is_used(axes: Any) -> bool:
    return bool(axes.has_data() or axes.images or axes.texts or axes.get_title())


def _describe_axes(axes: Any) -> dict[str, Any]:
    legend = axes.get_legend()
    return {
        "images": [np.ma.filled(image.get_array(), 0) for image in axes.images],
        "lines": [
            (np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float), str(line.get_label()))
            for line in axes.get_lines()
        ],
        "title": str(axes.get_title()),
        "x_label": str(axes.get_xlabel()),
        "y_label": str(axes.get_ylabel()),
        "legend": [] if legend is None else [str(text.get_text()) for text in legend.get_texts()],
        "texts": [str(text.get_text()) for text in axes.texts if text.get_visible()],
        "has_x_ticks": axes.axison and _has_ticks(axes.xaxis),
        "has_y_ticks": axes.axison and _has_ticks(axes.yaxis),
        "x_tick_labels": _tick_labels(axes.xaxis) if axes.axison else [],
        "y_tick_labels": _tick_labels(axes.yaxis) if axes.axison else [],
    }


def _has_ticks(axis: Any) -> bool:
    """Whether a reader sees a tick's mark or its label."""
    return bool(axis.get_visible()) and any(
        mark.get_visible() or (label.get_visible() and label.get_text())
        for tick in axis.get_major_ticks()
        for mark, label in ((tick.tick1line, tick.label1), (tick.tick2line, tick.label2))
    )


def _tick_labels(axis: Any) -> list[str]:
    """Return the labels in view, from left to right or from top to bottom, on whichever side they stand."""
    if not axis.get_visible():
        return []
    start, end = axis.get_view_interval() if axis.axis_name == "x" else axis.get_view_interval()[::-1]
    labels = []
    for tick in axis.get_major_ticks():
        label = tick.label1 if tick.label1.get_visible() else tick.label2
        place = (tick.get_loc() - start) / (end - start)
        if -1e-6 <= place <= 1 + 1e-6 and label.get_visible() and label.get_text():
            labels.append((place, str(label.get_text())))
    return [text for _, text in sorted(labels)]
