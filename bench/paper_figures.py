# SPDX-License-Identifier: Apache-2.0
"""The pictures of bench/paper.py: factors beside V, sounds as spectrogram and waveform, masks, cost curves."""
import matplotlib
import numpy
import soundfile
from PIL import Image

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  the back end must be chosen first

from cases import model, spectrogram, wiener_masks  # noqa: E402

RANGE_DB = 60
OCTAVES = 50 * 2.0 ** numpy.arange(10)
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c6d31")
pyplot.rcParams.update({"font.size": 8, "axes.titlesize": 8, "axes.labelsize": 8, "lines.linewidth": 0.8, "figure.dpi": 100})


def save(figure, path):
    """As a PNG of 256 colours without date or version: small, and the same bytes from the same results."""
    figure.canvas.draw()
    image = Image.fromarray(numpy.asarray(figure.canvas.buffer_rgba())[..., :3])
    image.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
    pyplot.close(figure)


def decibels(V, power, loudest=None):
    """Of the magnitudes that V is a power of, against the loudest."""
    return 20 / power * numpy.log10(numpy.maximum(V, 1e-30) / (loudest or max(V.max(), 1e-30)))


def named(result, case):
    """The components, one source's together and the sources in the case's order; and the source's label of each."""
    sources = [result.name_of(k) for k in range(result.W.shape[2])]
    order = sorted(range(len(sources)), key=lambda k: list(case.labels).index(sources[k]))
    return order, [case.labels[source] for source in sources]


class Axis:
    """Frequencies and times of a result as an image's extent, with ticks in Hz."""

    def __init__(self, result, highest_hz=None):
        f, self.times = result.frequencies, result.times
        self.log = result.parameters["frequency"] == "log"
        self.bins = len(f) if highest_hz is None else int((f <= highest_hz).sum())
        self.low, self.high = (numpy.log2(f[0]), numpy.log2(f[self.bins - 1])) if self.log else (f[0], f[self.bins - 1])
        self.step = self.times[1] - self.times[0]
        self.end = self.times[-1] + self.step / 2

    def image(self, axes, matrix, extent=None, **how):
        across = extent or (self.times[0] - self.step / 2, self.end)
        drawn = axes.imshow(matrix[:self.bins], origin="lower", aspect="auto", interpolation="nearest",
                            extent=(*across, self.low, self.high), **{"cmap": "magma", **how})
        self.label(axes)
        return drawn

    def label(self, axes):
        if self.log:
            ticks = [hz for hz in OCTAVES if self.low <= numpy.log2(hz) <= self.high]
            axes.set_yticks(numpy.log2(ticks), [f"{hz:.0f}" for hz in ticks])
        axes.set_ylim(self.low, self.high)
        axes.set_ylabel("Hz")


def draw_shapes(axis, axes, W):
    """A component's W^τ: a picture of bins × τ, or a line where it is one spectrum."""
    if len(W) > 1:
        axis.image(axes, decibels(W.T, 1), (-axis.step / 2, (len(W) - 0.5) * axis.step), vmin=-RANGE_DB + 20, vmax=0)
        axes.set_xticks((0, (len(W) - 1) * axis.step), ("0", f"{(len(W) - 1) * axis.step:.2g}"))
        axes.set_xlabel("τ, s")
    else:
        heights = numpy.linspace(axis.low, axis.high, axis.bins)
        axes.plot(W[0][:axis.bins] / W.max(), heights, color="black")
        axes.set_xticks([])
        axis.label(axes)


def draw_course(axis, axes, H, semitone, colour):
    """A component's H^φ: a picture of φ × frames, or a line where it does not move."""
    if len(H) > 1:
        axes.imshow(numpy.sqrt(H / H.max()), origin="lower", aspect="auto", interpolation="nearest", cmap="gray_r",
                    extent=(-axis.step / 2, axis.end, -0.5 / semitone, (len(H) - 0.5) / semitone))
        axes.set_ylabel("φ, semitones")
    else:
        axes.fill_between(axis.times, H[0] / H.max(), color=colour, linewidth=0)
        axes.set_ylim(0, 1)
        axes.set_yticks([])
    axes.set_xlim(-axis.step / 2, axis.end)
    axes.tick_params(labelbottom=False)


def factors(result, case, V, path, highest_hz=None):
    """W^τ at the left, H^φ above, V where they meet."""
    order, names = named(result, case)
    axis, K = Axis(result, highest_hz), result.W.shape[2]
    moves = result.H.shape[0] > 1
    rows = [1.0 if moves else 0.4] * K + [3.2]
    figure = pyplot.figure(figsize=(10, 1.1 + 0.9 * sum(rows)), layout="constrained")
    grid = figure.add_gridspec(K + 1, K + 1, height_ratios=rows, width_ratios=[0.8 if K > 4 else 1.2] * K + [7.2])
    semitone = float(result.parameters["bins-per-octave"]) / 12 if result.parameters["frequency"] == "log" else 1
    for place, k in enumerate(order):
        shape, course = figure.add_subplot(grid[K, place]), figure.add_subplot(grid[place, K])
        draw_shapes(axis, shape, result.W[:, :, k])
        shape.set_title(f"W {k + 1}\n{names[k]}")
        if place > 0:
            shape.set_ylabel("")
            shape.tick_params(labelleft=False)
        draw_course(axis, course, result.H[:, k], semitone, COLOURS[place % len(COLOURS)])
        course.text(1.005, 0.5, f"H {k + 1}, {names[k]}", transform=course.transAxes, va="center")
    meeting = figure.add_subplot(grid[K, K])
    drawn = axis.image(meeting, decibels(V, float(result.parameters["power"])), vmin=-RANGE_DB, vmax=0)
    meeting.set_xlabel("s")
    meeting.set_title("V")
    figure.colorbar(drawn, ax=meeting, label="dB", pad=0.01)
    save(figure, path)


def sounds(result, case, mixture, path, highest_hz=None):
    """A row each for the mixture, every true stem and its estimate: spectrogram and waveform. mixture: samples, rate."""
    samples, rate = mixture
    rows = [("mixture", samples)]
    for name, label in case.labels.items():
        rows += [(f"{label}, true", soundfile.read(case.stem(name))[0]),
                 (f"{label}, found: {result.sdr[name]:.1f} dB", result.stems[name])]
    axis, power = Axis(result, highest_hz), float(result.parameters["power"])
    pictures = [spectrogram(sound, rate, result.parameters) for _, sound in rows]
    loudest, peak = pictures[0].max(), 1.05 * max(abs(sound).max() for _, sound in rows)
    figure, axes = pyplot.subplots(len(rows), 2, figsize=(10, 0.5 + 1.15 * len(rows)), sharex=True, layout="constrained", squeeze=False)
    for (left, right), (title, sound), V in zip(axes, rows, pictures):
        drawn = axis.image(left, decibels(V, power, loudest), vmin=-RANGE_DB, vmax=0)
        left.set_title(title)
        right.set_title(title)
        blocks = numpy.array_split(sound, min(len(sound), 1500))  # what 1500 columns of pixels can show
        right.fill_between(numpy.linspace(0, len(sound) / rate, len(blocks)), [b.min() for b in blocks], [b.max() for b in blocks],
                           color="#333333", linewidth=0.3)
        right.set_ylim(-peak, peak)
        right.set_xlim(0, len(sound) / rate)
        right.set_ylabel("amplitude")
    for bottom in axes[-1]:
        bottom.set_xlabel("s")
    figure.colorbar(drawn, ax=axes[:, 0], label="dB", pad=0.01, aspect=60)
    save(figure, path)


def masks(result, case, V, path, highest_hz=None):
    """V, and each source's share of it."""
    axis = Axis(result, highest_hz)
    shares = wiener_masks(result, [result.components(name) for name in case.labels])
    figure, axes = pyplot.subplots(1 + len(shares), 1, figsize=(10, 0.6 + 1.5 * (1 + len(shares))), sharex=True, layout="constrained")
    drawn = axis.image(axes[0], decibels(V, float(result.parameters["power"])), vmin=-RANGE_DB, vmax=0)
    axes[0].set_title("V")
    figure.colorbar(drawn, ax=axes[0], label="dB", pad=0.01)
    for place, share, label in zip(axes[1:], shares, case.labels.values()):
        drawn = axis.image(place, share, vmin=0, vmax=1, cmap="gray")
        place.set_title(f"mask of {label}")
    figure.colorbar(drawn, ax=axes[1:], label="share", pad=0.01)
    axes[-1].set_xlabel("s")
    save(figure, path)


def before_and_after(start, result, case, V, path):
    """V, W, H and W H at the start (W: bins × K, H: K × frames) and at the end."""
    axis, K, power = Axis(result), result.W.shape[2], float(result.parameters["power"])
    figure, axes = pyplot.subplots(2, 4, figsize=(10, 5.2), layout="constrained", width_ratios=(3, 1.6, 3, 3))
    order, names = named(result, case)
    ends = (("before", *start, start[0] @ start[1]),
            ("after", result.W[0][:, order], result.H[0][order], model(result, order)))
    for row, (when, W, H, product) in zip(axes, ends):
        axis.image(row[0], decibels(V, power), vmin=-RANGE_DB, vmax=0)
        row[0].set_title("V")
        for k in range(K):
            heights = numpy.linspace(axis.low, axis.high, axis.bins)
            row[1].plot(k + 0.9 * W[:axis.bins, k] / W[:axis.bins, k].max(), heights, color=COLOURS[k])
            row[2].fill_between(axis.times, k, k + 0.9 * H[k] / H[k].max(), color=COLOURS[k], linewidth=0)
        labels = [names[k] for k in order] if when == "after" else [str(k + 1) for k in range(K)]
        axis.label(row[1])
        row[1].set_xticks(numpy.arange(K) + 0.2, labels)
        row[1].set_title(f"W {when}")
        row[2].set_yticks(numpy.arange(K) + 0.4, labels)
        row[2].set_xlim(0, axis.times[-1])
        row[2].set_title(f"H {when}")
        drawn = axis.image(row[3], decibels(product, power, V.max()), vmin=-RANGE_DB, vmax=0)
        row[3].set_title(f"W H {when}")
        figure.colorbar(drawn, ax=row[3], label="dB", pad=0.02)
    for bottom in (axes[1][0], axes[1][2], axes[1][3]):
        bottom.set_xlabel("s")
    save(figure, path)


def costs(curves, path):
    """curves: title to points × (iterations, cost); each as a share of its own first cost."""
    figure, axes = pyplot.subplots(figsize=(10, 2.8), layout="constrained")
    for (title, cost), colour in zip(curves.items(), COLOURS):
        axes.semilogy(cost[:, 0], cost[:, 1] / cost[0, 1], color=colour, marker=".", label=title)
    axes.set_xlabel("updates")
    axes.set_ylabel("cost / first cost")
    axes.grid(which="both", alpha=0.3)
    axes.legend()
    save(figure, path)
