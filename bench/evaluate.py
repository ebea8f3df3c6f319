#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `divisi evaluate` costs, as CPU seconds and peak memory of the whole process.

    evaluate.py PROGRAM [--output FILE.md]

The work is 4 sources of 30 s at 44.1 kHz, filters of 512 taps, on which mir_eval took 85 CPU seconds and museval (v4) 7.5
when the targets were set, and a 10-minute track of 4 stereo stems. Sounds are filtered noise with a fixed seed, estimates
are references with a tenth of the other sources and noise in them.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile

import numpy
import soundfile

RATE = 44100
PEERS = {"v3, whole file": "mir_eval 85", "v4, 1 s windows": "museval 7.5"}


def make(folder, seconds, channels):
    """Four references and four estimates, written second by second."""
    random = numpy.random.RandomState(0)
    names = [(folder / "refs" / f"{n}.wav", folder / "ests" / f"{n}.wav") for n in range(4)]
    for kind in ("refs", "ests"):
        (folder / kind).mkdir()
    files = [[soundfile.SoundFile(path, "w", RATE, channels, "PCM_16") for path in pair] for pair in names]
    for _ in range(seconds):
        sources = [numpy.apply_along_axis(lambda x, n=n: numpy.convolve(x, 0.8 ** numpy.arange(2 + 3 * n), "same"), 0,
                                          0.03 * random.randn(RATE, channels)) for n in range(4)]
        for n, (reference, estimate) in enumerate(files):
            reference.write(sources[n])
            others = sum(sources) - sources[n]
            estimate.write(0.9 * sources[n] + 0.1 * others + 0.003 * random.randn(RATE, channels))
    for pair in files:
        for file in pair:
            file.close()


def measure(program, folder, flags, runs):
    """Median CPU seconds and the largest peak memory in MiB."""
    seconds, memory = [], 0.0
    for _ in range(runs):
        command = [program, "evaluate", "--reference", folder / "refs", "--estimate", folder / "ests", "--json", "-q",
                   "--threads", "1", *flags]
        child = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise SystemExit(f"{command} ended with {child.returncode}")
        seconds.append(usage.ru_utime + usage.ru_stime)
        memory = max(memory, usage.ru_maxrss / 1024)
    return statistics.median(seconds), memory


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--output", type=pathlib.Path)
    arguments = parser.parse_args()
    lines = ["# What evaluating costs", "", "Made by `make bench`; bench/evaluate.py says what is measured. CPU seconds of the "
             "whole process on one thread, reading included; peers as measured when the targets were set.", "",
             "`divisi evaluate --notes REF --estimate FILE` scores notes (`.mid`, `.csv`, `.jams`) by the definition of "
             "mir_eval.transcription: a largest matching of notes whose onsets are within 50 ms and pitches within 50 cents, "
             "and once more with offsets within 50 ms or a fifth of the true note; precision, recall, F and overlap ratio, at "
             "no cost that could be measured.", "",
             "| work | CPU seconds | peak memory, MiB | peer, CPU seconds |", "|---|---|---|---|"]
    windows = ["--window", "1"]
    with tempfile.TemporaryDirectory() as short, tempfile.TemporaryDirectory() as long:
        make(pathlib.Path(short), 30, 1)
        make(pathlib.Path(long), 600, 2)
        for name, folder, flags, runs in (
                ("v3, whole file", short, [], 5), ("v3, 1 s windows", short, windows, 5),
                ("v4, 1 s windows", short, ["--metric", "v4", *windows], 5), ("SI-SDR", short, ["--metric", "sisdr"], 5),
                ("10 minutes stereo, v3 (images)", long, [], 1), ("10 minutes stereo, v4, 1 s windows", long,
                                                                ["--metric", "v4", *windows], 1)):
            seconds, memory = measure(arguments.program, pathlib.Path(folder), flags, runs)
            lines.append(f"| {name} | {seconds:.2f} | {memory:.0f} | {PEERS.get(name, '')} |")
            print(lines[-1])
    if arguments.output:
        arguments.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
