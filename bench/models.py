#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether the models with shifts, the seed recipe and the transcription reach what is asked of them.

    models.py PROGRAM DATA [--output DIR] [--seeds N] [--runs N]

Every row of TARGETS is run on its case of DATA from each seed, where it has something random, and is met where its *worst*
seed reaches the floor. Decibels are the mean SDR of the stems (BSS Eval 3), notes are F at 50 ms, seconds are the median
of several runs of the whole process. What is not in DATA is left out. Writes models.md to DIR; ends with 1 where a target is
missed.
"""
import argparse
import dataclasses
import pathlib
import statistics
import subprocess
import sys
import tempfile

from cases import NMF2D, SEEDS, TRIAD, Machine, find_case, seconds, separate
from notes import score


@dataclasses.dataclass
class Target:
    case: str
    flags: list        # of separate; none: transcribe
    floor: float
    random: bool = True
    seconds: bool = False  # the floor is a ceiling, on the seconds of the whole process, all starts included


TARGETS = (
    Target("d02", ["--model", "nmf2d", "--sources", 2], 13.5),
    Target("d02", [*NMF2D[:-2], "--refine", 2], 13.5),
    Target("d08", ["--model", "nmf2d", "--sources", 2], 11.0),
    Target("d05", ["--model", "nmfd", "--sources", 3], 15.5, random=False),
    Target("d13", ["--model", "nmfd", "--sources", 3], 15.0, random=False),
    Target("d01", [*TRIAD, "--beta", 2], 21.0),
    Target("d01", [*TRIAD, "--beta", 0], 19.0),
    Target("d03", [], 0.98, random=False),
    Target("d02", NMF2D, 0.5, seconds=True),
    Target("d02", [*NMF2D, "--beta", 2], 0.5, seconds=True),
)


def values_of(program, target, case, seeds, runs):
    if not target.flags:
        with tempfile.TemporaryDirectory() as work:
            return [score(program, case.folder, pathlib.Path(work))["onsets"]["f_measure"]]
    starts = [[*target.flags, "--seed", seed] for seed in (seeds if target.random else seeds[:1])]
    if target.seconds:
        return [statistics.median(seconds(program, case, flags, runs)[1]) for flags in starts]
    return [separate(program, case, *flags).mean for flags in starts]


def row(target, case, values):
    worst, met = (max(values), max(values) <= target.floor) if target.seconds else (min(values), min(values) >= target.floor)
    unit, digits = ("s", 2) if target.seconds else (("dB", 1) if target.flags else ("F", 2))
    best = min(values) if target.seconds else max(values)
    command = "separate " + " ".join(map(str, target.flags)) if target.flags else "transcribe"
    shown = [f"{value:.{digits}f}" for value in (worst, statistics.fmean(values), best)]
    sign = "≤" if target.seconds else "≥"
    words = [case.folder.name, f"`{command}`", str(len(values)), *shown, f"{sign} {target.floor:g} {unit}", "met" if met else "**not met**"]
    return met, "| " + " | ".join(words) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("docs"))
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many seeds, from 0 on")
    parser.add_argument("--runs", type=int, default=5, help="of which the median of the seconds is told")
    arguments = parser.parse_args()
    cases = {target.case: find_case(arguments.data, target.case) for target in TARGETS}
    if not any(cases.values()):
        parser.error(f"{arguments.data}: expected folders {', '.join(cases)}… with meta.json, got none")
    version = subprocess.run([arguments.program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    lines = ["# What the models reach", "", f"Made by `make models DATA=...` with divisi {version}; bench/models.py says what is measured. "
             "A target is met where the worst seed meets it.", "",
             "| case | how | seeds | worst | mean | best | target | |", "|---|---|---|---|---|---|---|---|"]
    missed, machine = 0, Machine()
    for target in TARGETS:
        case = cases[target.case]
        if case is None:
            continue
        met, line = row(target, case, values_of(arguments.program, target, case, SEEDS[:arguments.seeds], arguments.runs))
        missed += not met
        lines.append(line)
        print(line, file=sys.stderr)
    lines += ["", f"**{missed} missed.**" if missed else "**All are met.**", "", f"The machine: {machine}; what others take makes seconds more."]
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "models.md").write_text("\n".join(lines) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
