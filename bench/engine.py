#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast the engine is, beside the peers: one thread, processor time, medians of interleaved rounds.

    engine.py BENCH [--output FILE.md] [--quick | --smoke]

BENCH is the program engine_bench (bench/engine). Peers: a textbook version over OpenBLAS in the bench itself, and
scikit-learn's NMF where python3-sklearn is installed. The matrices are spectrograms of music that is made here, from
nothing but a seed: plucked notes with harmonics, and noise bursts. Writes FILE.md and FILE.json. --quick leaves out the
largest case and most rounds; --smoke runs tiny matrices, to see that everything still runs.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

import numpy

SKLEARN = """
import sys, time, warnings, numpy
from sklearn.decomposition import NMF
warnings.filterwarnings("ignore")
V = numpy.load(sys.argv[1]).T.copy()
K, beta, solver, n = int(sys.argv[2]), float(sys.argv[3]), sys.argv[4], int(sys.argv[5])
def run(count):
    begin = time.process_time()
    NMF(K, init="random", solver=solver, beta_loss=beta, tol=0, max_iter=count, random_state=0).fit_transform(V)
    return time.process_time() - begin
run(1)  # the first run pays for what the others find done
few = run(1)
print((run(1 + n) - few) / n)
"""
DIVERGENCES = ((1.0, "KL"), (0.0, "IS"), (0.5, "0.5"), (1.5, "1.5"), (2.0, "least squares"))


def music(seconds, rate=44100, seed=1):
    random = numpy.random.RandomState(seed)
    x = numpy.zeros(int(seconds * rate))
    t = numpy.arange(rate) / rate
    for onset in numpy.arange(0, seconds - 1, 0.125):
        for _ in range(random.randint(1, 4)):
            f = 55 * 2 ** (random.randint(0, 49) / 12)
            harmonics = numpy.arange(1, int(min(40, rate / 2 / f)))
            levels = harmonics ** -random.uniform(0.8, 2.0)
            note = sum(a * numpy.sin(2 * numpy.pi * f * h * t) * numpy.exp(-t * (2 + h)) for h, a in zip(harmonics, levels))
            x[int(onset * rate) :][:rate] += random.uniform(0.2, 1) * note
        if random.rand() < 0.5:
            burst = random.randn(rate // 8) * numpy.exp(-numpy.arange(rate // 8) / rate * random.choice([20, 60]))
            x[int(onset * rate) :][: rate // 8] += random.uniform(0.05, 0.5) * burst
    return x + 1e-4 * random.randn(len(x))


def spectrogram(x, bins, frames):
    """|STFT|, Hann, hop a quarter."""
    fft = 2 * (bins - 1)
    window = numpy.hanning(fft + 1)[:-1]
    x = numpy.resize(x, (frames - 1) * fft // 4 + fft)
    V = numpy.empty((bins, frames), numpy.float32, order="F")
    for j in range(frames):
        V[:, j] = abs(numpy.fft.rfft(window * x[j * fft // 4 :][:fft]))
    return V


def log_bins(V, count):
    """Energy summed into `count` bins of equal width on a logarithmic axis."""
    edges = next(e for n in range(count, 10 * count) if len(e := numpy.unique(numpy.geomspace(3, len(V), n).astype(int))) > count)[: count + 1]
    return numpy.sqrt(numpy.add.reduceat(V**2, edges[:-1], axis=0)).astype(numpy.float32, order="F")


class Bench:
    def __init__(self, program, work, rounds):
        self.program, self.work, self.rounds = program, pathlib.Path(work), rounds
        self.one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self.has_sklearn = self.call([sys.executable, "-c", "import sklearn"]) is not None

    def call(self, command, **environment):
        run = subprocess.run(list(map(str, command)), capture_output=True, text=True, env={**self.one_thread, **environment})
        return run.stdout if run.returncode == 0 else None

    def ours(self, *arguments, **environment):
        answer = self.call([self.program, *arguments], **environment)
        if answer is None:
            sys.exit(f"engine.py: {self.program} {' '.join(map(str, arguments))} failed")
        return json.loads(answer)

    def save(self, name, V):
        path = self.work / f"{name}.npy"
        numpy.save(path, V)
        return path

    def sklearn(self, path, components, beta, solver, iterations):
        if not self.has_sklearn:
            return None
        answer = self.call([sys.executable, "-c", SKLEARN, path, components, beta, solver, iterations])
        return float(answer) if answer else None

    def time(self, path, components, T, F, beta, iterations, peers=True):
        """Medians over the rounds, each of which runs everybody once."""
        seen = {}
        for _ in range(self.rounds):
            result = self.ours("time", path, components, T, F, beta, iterations, 1)
            if peers and T * F == 1 and beta in (0.0, 1.0, 2.0):
                result["sklearn_mu"] = self.sklearn(path, components, beta, "mu", max(24, iterations // 3))
                if beta == 2.0:
                    result["sklearn_cd"] = self.sklearn(path, components, beta, "cd", max(24, iterations // 3))
            for key, value in result.items():
                seen.setdefault(key, []).append(value)
        return {k: v[0] if isinstance(v[0], str) or v[0] is None else statistics.median(v) for k, v in seen.items()}


def cases(smoke, quick):
    """name, bins, frames, K, T, F, log axis, iterations of a round."""
    if smoke:
        return [("tiny", 65, 200, 4, 1, 1, False, 2), ("tiny NMF2D", 40, 60, 2, 3, 4, True, 2)]
    rows = [("small", 1025, 862, 16, 1, 1, False, 60), ("big", 1025, 12920, 32, 1, 1, False, 6)]
    if not quick:
        rows.append(("huge", 2049, 26000, 64, 1, 1, False, 1))
    return rows + [
        ("NMFD", 1025, 862, 8, 10, 1, False, 10),
        ("NMF2D small", 175, 63, 2, 7, 12, True, 100),
        ("NMF2D", 175, 2000, 4, 8, 24, True, 4),
        ("NMF2D, very many shifts", 175, 2000, 4, 32, 48, True, 2),
    ]


def measure(bench, smoke, quick):
    found = {"peak": bench.ours("peak"), "time": [], "reach": [], "memory": [], "machine": cpu()}
    sound = music(4 if smoke else 60 if quick else 150)
    for name, bins, frames, K, T, F, log, iterations in cases(smoke, quick):
        V = spectrogram(sound, 1025 if log else bins, frames)
        path = bench.save("V", log_bins(V, bins) if log else V)
        bins = len(numpy.load(path))
        for beta, label in DIVERGENCES if T * F == 1 and name != "huge" else DIVERGENCES[:1]:
            print(f"{name}, {label}", file=sys.stderr)
            row = bench.time(path, K, T, F, beta, iterations, peers=name != "huge")
            found["time"].append({"case": name, "size": f"{bins}×{frames} K{K}" + (f" τ{T} φ{F}" if T * F > 1 else ""),
                                  "divergence": label, **row})
            if name == "big" and beta in (1.0, 2.0):
                two = bench.ours("time", path, K, T, F, beta, iterations, 2)
                avx2 = bench.ours("time", path, K, T, F, beta, iterations, 1, DIVISI_SIMD="AVX2")
                found["time"][-1].update(two_threads=two["ours_mu"], avx2=avx2["ours_mu"])
        if name not in ("small", "big", "tiny"):
            continue
        for beta, label, updates in ((2.0, "least squares", 200), (1.0, "KL", 500), (0.0, "IS", 500)):
            print(f"{name}, {label}, to the cost of {updates} plain updates", file=sys.stderr)
            updates = 20 if smoke else updates
            row = bench.ours("reach", path, K, beta, updates)
            found["reach"].append({"case": name, "divergence": label, "updates": updates, **row})
            if name == "big":
                found["memory"].append({"divergence": label, **bench.ours("memory", path, K, beta)})
    return found


def cpu():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def times(value, other):
    return "–" if not value or not other else f"{other / value:.1f}×"


def page(found):
    peak = max(found["peak"]["avx512_gflops"], found["peak"]["avx2_gflops"])
    lines = ["# Performance", "", "Made by `make bench`; bench/engine.py says how. One core, processor time, medians of interleaved rounds.", "",
             f"{found['machine']}; at most {found['peak']['avx512_gflops']:.0f} GFLOP/s with AVX-512, {found['peak']['avx2_gflops']:.0f} with AVX2 "
             f"(fused multiply-adds in float32); {found['peak']['read_gbytes']:.1f} GB/s read from memory.", "",
             "## One iteration", "", "Plain multiplicative updates everywhere, so that all do the same work. Ratios: how many times longer the peer takes.", "",
             "| case | size | divergence | ms | GFLOP/s | of the peak | textbook, OpenBLAS | scikit-learn |", "|---|---|---|---|---|---|---|---|"]
    for row in found["time"]:
        rate = row["flops"] / row["ours_mu"] * 1e-9
        lines.append(f"| {row['case']} | {row['size']} | {row['divergence']} | {1e3 * row['ours_mu']:.2f} | {rate:.0f} | {100 * rate / peak:.0f} % "
                     f"| {times(row['ours_mu'], row.get('textbook'))} | {times(row['ours_mu'], row.get('sklearn_mu'))} |")
    lines += ["", "“Very many shifts” goes by transforms, which need fewer operations: its GFLOP/s count those.", ""]
    for row in found["time"]:
        if "two_threads" in row:
            rate = row["flops"] / row["avx2"] * 1e-9
            lines.append(f"{row['size']}, {row['divergence']}: two threads {times(row['two_threads'], row['ours_mu'])} as fast as one; "
                         f"held to AVX2 {rate:.0f} GFLOP/s, {100 * rate / found['peak']['avx2_gflops']:.0f} % of its peak.")
        if row.get("sklearn_cd"):
            lines.append(f"{row['size']}, least squares: an iteration of the default solver (HALS) {1e3 * row['ours_auto']:.1f} ms, "
                         f"of scikit-learn's coordinate descent {1e3 * row['sklearn_cd']:.1f} ms.")
    lines += ["", "## To the same cost", "", "Seconds until the cost that plain updates reach. The default: coordinate descent for least squares, extrapolated updates else; from 5,000 frames on with a start on some of the frames.", "",
              "| case | divergence | plain updates | ours, plain | textbook | default | updates | from some frames | updates | default against plain | against textbook |", "|---|---|---|---|---|---|---|---|---|---|---|"]
    for row in found["reach"]:
        one = next(t for t in found["time"] if t["case"] == row["case"] and t["divergence"] == row["divergence"])
        textbook = row["updates"] * one["textbook"]
        best = row.get("multilevel_seconds") or row.get("auto_seconds")
        cell = lambda name: f"{row[name]:.2f} s" if row.get(name) else "not reached"
        many = (cell("multilevel_seconds"), row.get("multilevel_iterations") or "–") if "multilevel_final_cost" in row else ("–", "–")
        lines.append(f"| {row['case']} | {row['divergence']} | {row['updates']} | {row['plain_seconds']:.2f} s | {textbook:.1f} s | {cell('auto_seconds')} | "
                     f"{row['auto_iterations'] or '–'} | {many[0]} | {many[1]} | {times(best, row['plain_seconds'])} | {times(best, textbook)} |")
    lines += ["", "## Memory beside V", ""]
    for row in found["memory"]:
        share = 100 * (row["beside_V"] - row["factors"]) / row["V"]
        lines.append(f"1025×12920 K32, {row['divergence']}: {row['beside_V'] / 2**20:.1f} MiB: the factors ({row['factors'] / 2**20:.1f} MiB) and {share:.0f} % of V.")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(arguments.program, work, 1 if arguments.quick or arguments.smoke else 3)
        if not bench.has_sklearn:
            print("engine.py: python3-sklearn is not installed; left out", file=sys.stderr)
        found = measure(bench, arguments.smoke, arguments.quick)
    text = page(found)
    if arguments.output:
        arguments.output.write_text(text)
        arguments.output.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    print(text)


if __name__ == "__main__":
    main()
