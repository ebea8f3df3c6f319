# SPDX-License-Identifier: Apache-2.0
"""What bench/paper.py and bench/models.py share: a case, a run of the program on it, and its spectrogram for pictures.

A case is a folder with mix.wav, the true stems beside it, and meta.json ("sources": [{"file", "label"}]), as for quality.py.
"""
import dataclasses
import json
import os
import pathlib
import subprocess
import tempfile
import time

import numpy
import soundfile

SEEDS = range(10)
# What Schmidt & Mørup (2006) say of their experiment, and the recipe of the piano triad.
AXIS = ["--fft", 2048, "--hop", 1024, "--power", 1, "--frequency", "log", "--bins-per-octave", 24, "--fmin", 50,
        "--fmax", 8000]
NMF2D = [*AXIS, "--model", "nmf2d", "--components", 2, "--sources", 2,
         "--time-shifts", 7, "--pitch-shifts", 12, "--refine", 0]
TRIAD = ["--rate", 5512, "--fft", 512, "--hop", 256, "--components", 3, "--sources", 3]


@dataclasses.dataclass
class Case:
    """A folder of DATA, and what its meta.json says."""
    folder: pathlib.Path

    def __post_init__(self):
        meta = json.loads((self.folder / "meta.json").read_text())
        self.labels = {pathlib.Path(source["file"]).stem: source["label"] for source in meta["sources"]}
        self.pictures_allowed = meta.get("may_commit") is True

    @property
    def mix(self):
        return self.folder / "mix.wav"

    def stem(self, name):
        return self.folder / f"{name}.wav"


def find_case(data, prefix):
    """The case of DATA whose name is PREFIX or begins with PREFIX_; None where there is none."""
    found = [path.parent for path in sorted(data.glob("*/meta.json")) if (path.parent.name + "_").startswith(prefix + "_")]
    return Case(found[0]) if found else None


@dataclasses.dataclass
class Result:
    """One run of `divisi separate --factors`, scored. W: T × bins × K, H: F × K × frames, whatever the model."""
    manifest: dict
    engine_seconds: float  # of the iterations, restarts included: the program's own "seconds"
    W: numpy.ndarray
    H: numpy.ndarray
    cost: numpy.ndarray    # points × (iterations, cost)
    frequencies: numpy.ndarray
    times: numpy.ndarray
    sdr: dict              # dB of each true stem, by its file's name
    found: dict            # the number of its estimate, counted from 1
    stems: dict            # its samples
    restarts: int

    @property
    def mean(self):
        return float(numpy.mean(list(self.sdr.values())))

    @property
    def parameters(self):
        return self.manifest["parameters"]

    def components(self, name):
        """Of the true stem's estimate, counted from 0."""
        return [k - 1 for k in self.manifest["sources"][self.found[name] - 1]["components"]]

    def name_of(self, component):
        """The true stem whose estimate has this component."""
        return next(name for name in self.found if component in self.components(name))


def run_json(program, *arguments):
    command = [str(program), *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode().strip()}")
    return json.loads(done.stdout)


def separate(program, case, *flags):
    """Runs and scores; stems are floats, so that no rounding is in the figures."""
    with tempfile.TemporaryDirectory() as work:
        track = run_json(program, "separate", case.mix, "-o", work, "--no-report", "--factors", "--subtype", "float",
                         *flags)["tracks"][0]
        folder = pathlib.Path(work) / "mix"
        pairs = run_json(program, "evaluate", "--reference", case.folder, "--estimate", folder)["tracks"][0]["sources"]
        found = {pair["reference"]: int(pair["estimate"]) for pair in pairs}
        with numpy.load(folder / "factors.npz") as factors:
            arrays = {key: factors[key].astype("float64") for key in ("W", "H", "cost", "frequencies_hz", "times_s")}
        stems = {name: soundfile.read(folder / f"{number}.wav")[0] for name, number in found.items()}
    W, H = arrays["W"], arrays["H"]
    return Result(manifest=track["manifest"], engine_seconds=track["seconds"],
                  W=W if W.ndim == 3 else W[None], H=H if H.ndim == 3 else H[None], cost=arrays["cost"],
                  frequencies=arrays["frequencies_hz"], times=arrays["times_s"],
                  sdr={name: next(pair["sdr"] for pair in pairs if pair["reference"] == name) for name in case.labels},
                  found=found, stems=stems, restarts=int(track["manifest"]["parameters"]["restarts"]))


def seconds(program, case, flags, runs):
    """Of the iterations, and of the whole process: two lists, one number a run."""
    pairs = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as work:
            begin = time.monotonic()
            track = run_json(program, "separate", case.mix, "-o", work, "--no-report", *flags)["tracks"][0]
            pairs.append((track["seconds"], time.monotonic() - begin))
    return [list(column) for column in zip(*pairs)]


class Machine:
    """The processor, and how busy others kept it since this was made: seconds mean nothing without."""

    def __init__(self):
        self.begin = self.ticks()

    @staticmethod
    def ticks():
        """Seconds of processor time so far: of the machine, of its work, of ours."""
        spent = [int(word) / os.sysconf("SC_CLK_TCK") for word in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
        return sum(spent), sum(spent) - spent[3] - spent[4], sum(os.times()[:4])

    def __str__(self):
        total, busy, ours = (now - then for now, then in zip(self.ticks(), self.begin))
        lines = pathlib.Path("/proc/cpuinfo").read_text().split("\n")
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "an unnamed processor")
        others = max(0.0, busy - ours) / max(total, 1e-9)
        return f"{name}, {len(os.sched_getaffinity(0))} threads; other work took {100 * others:.0f} % of its time meanwhile"


def model(result, components):
    """Λ of these components, bins × frames (Schmidt & Mørup 2006, eq. 3): what is shifted out is lost, zero comes in."""
    bins, frames = result.W.shape[1], result.H.shape[2]
    total = numpy.zeros((bins, frames))
    for tau, shape in enumerate(result.W[:, :, components]):
        for phi, course in enumerate(result.H[:, components, :]):
            total[phi:, tau:] += shape[:bins - phi] @ course[:, :frames - tau]
    return total


def wiener_masks(result, groups):
    """A mask for each group of components, as the program's --mask wiener has it on the factors' own axis."""
    parts = numpy.array([model(result, group) for group in groups]) ** float(result.parameters["mask-exponent"])
    return parts / (parts.sum(axis=0) + 1e-300)


def at_rate(samples, rate, wanted):
    """Resampled over its whole length by Fourier's series."""
    if rate == wanted:
        return samples
    frames = round(len(samples) * wanted / rate)
    spectrum = numpy.fft.rfft(samples)
    kept = numpy.zeros(frames // 2 + 1, complex)
    count = min(len(kept), len(spectrum))
    kept[:count] = spectrum[:count]
    return numpy.fft.irfft(kept, frames) * frames / len(samples)


def log_map(parameters, rate):
    """Bins of the logarithmic axis × bins of the STFT: the share of each linear bin that lies in each logarithmic one."""
    fft, low, octave = int(parameters["fft"]), float(parameters["fmin"]), int(parameters["bins-per-octave"])
    bins = int(numpy.floor(numpy.log2(float(parameters["fmax"]) / low) * octave + 1e-9))
    edges = low * 2 ** (numpy.arange(bins + 1) / octave)
    centres = numpy.arange(fft // 2 + 1) * rate / fft
    below, above = numpy.maximum(0, centres - rate / fft / 2), numpy.minimum(rate / 2, centres + rate / fft / 2)
    shared = numpy.minimum(edges[1:, None], above) - numpy.maximum(edges[:-1, None], below)
    return numpy.maximum(0, shared) / (above - below)


def spectrogram(samples, rate, parameters):
    """V of these samples as the program makes it for `parameters` (of a manifest): bins × frames."""
    analysed = int(parameters["rate"])
    samples = at_rate(samples, rate, analysed)
    fft, hop = int(parameters["fft"]), int(parameters["hop"])
    frames = -(-len(samples) // hop) + 1
    padded = numpy.zeros((frames - 1) * hop + fft)
    padded[fft // 2:fft // 2 + len(samples)] = samples
    window = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(fft) / fft)
    cut = numpy.lib.stride_tricks.sliding_window_view(padded, fft)[::hop] * window
    V = abs(numpy.fft.rfft(cut, axis=1).T) ** float(parameters["power"])
    return log_map(parameters, analysed) @ V if parameters["frequency"] == "log" else V


def divergence(V, L, beta):
    """d_β(V | Λ), the sum over all cells; β as the program's --beta."""
    epsilon = 1e-10 * V.mean()
    V, L = V + epsilon, L + epsilon
    if beta == 1:
        return float((V * numpy.log(V / L) - V + L).sum())
    if beta == 0:
        return float((V / L - numpy.log(V / L) - 1).sum())
    return float(((V ** beta + (beta - 1) * L ** beta - beta * V * L ** (beta - 1)) / (beta * (beta - 1))).sum())


def true_groups(case, result):
    """For each stem the components, counted from 1, that hold more of its energy than of another's; --group LIST for each.
    Where a stem has none it gets the one with the largest share of it among those of a stem that has several."""
    rate = soundfile.info(case.mix).samplerate
    count, names = result.W.shape[2], list(case.labels)
    parts = [model(result, [k]) for k in range(count)]
    total = sum(parts) + 1e-30
    powers = [spectrogram(soundfile.read(case.stem(name))[0], rate, result.parameters) ** 2 for name in names]
    held = numpy.array([[(part / total * power).sum() for power in powers] for part in parts])
    owner = held.argmax(axis=1)
    for stem in set(range(len(names))) - set(owner):
        share = held[:, stem] / held.sum(axis=1)
        owner[max((k for k in range(count) if (owner == owner[k]).sum() > 1), key=lambda k: share[k])] = stem
    groups = [",".join(str(k + 1) for k in numpy.flatnonzero(owner == stem)) for stem in range(len(names))]
    return [part for group in groups for part in ("--group", group)]


def heights(case, result):
    """The mean frequency of each source's shapes, weighted by energy."""
    for name, label in case.labels.items():
        spectrum = (result.W[:, :, result.components(name)] ** 2).sum(axis=(0, 2))
        yield f"{label} {(spectrum @ result.frequencies) / spectrum.sum():.0f} Hz"
