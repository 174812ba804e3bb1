"""Plots of benchmarks, as small SVG files that are the same for the same figures."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from results import Result, Series

OURS, PEERS = "#1b6ca8", "#b9b9b9"
STYLE = {"svg.hashsalt": "autograder", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False}
STYLE |= {"axes.spines.right": False}


def wanted(result: Result) -> list[tuple[str, str]]:
    """Return the name of each plot of a result, and what it shows, in words."""
    found = []
    if result.name == "peers":
        found.append(("peers.svg", "Seconds a submission, for each tool and each kind of notebook: the table as bars"))
    if {each.name for each in result.series} & {"done", "driver", "in work"}:
        found.append(("class.svg", "Submissions done, and memory of the driver, over the largest class"))
    return found


def draw(result: Result, folder: Path) -> None:
    """Draw the plots of a result into a folder."""
    for name, _ in wanted(result):
        with mpl.rc_context(STYLE):
            figure = _peers(result) if name == "peers.svg" else _class(result)
            figure.savefig(folder / name, metadata={"Date": None, "Creator": None}, bbox_inches="tight")
            plt.close(figure)


def _peers(result: Result) -> Figure:
    """Return a panel of bars for each table."""
    heights = [len(table.rows) for table in result.tables]
    size = (7, 0.28 * sum(heights) + 0.6 * len(heights))
    ratios = {"height_ratios": heights}
    figure, panels = plt.subplots(
        len(heights), figsize=size, sharex=True, squeeze=False, layout="constrained", gridspec_kw=ratios
    )
    for axes, table in zip(panels[:, 0], result.tables, strict=True):
        names = [f"{row[0]}, {row[1]} at a time" for row in table.rows]
        values = [float(row[3] or 0) for row in table.rows]
        bars = axes.barh(names, values, color=[OURS, *(PEERS for _ in names[1:])])
        axes.bar_label(bars, [f" {value:.2f} s" for value in values])
        axes.set(title=table.title.replace("`", ""))
        axes.title.set(horizontalalignment="left", position=(0, 1))
        axes.invert_yaxis()
        axes.margins(x=0.15)
    panels[-1, 0].set_xlabel("seconds a submission")
    return figure


def _class(result: Result) -> Figure:
    """Return submissions done, and memory, over time."""
    lines = {each.name: each for each in result.series}
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
    _line(left, lines.get("done"), "")
    left.set(xlabel="seconds", ylabel="submissions done")
    for name, label in (("driver", "driver"), ("in work", "private, a submission in work")):
        _line(right, lines.get(name), label)
    right.set(xlabel="seconds", ylabel="MiB", ylim=(0, None))
    right.legend(frameon=False)
    return figure


def _line(axes: plt.Axes, series: Series | None, label: str) -> None:
    if series is not None:
        axes.plot(series.x, series.y, label=label)
