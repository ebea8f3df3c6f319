#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well `divisi separate --score` separates: every case of a folder that has notes for each of its stems.

    scores.py PROGRAM DATA [--output FILE]

A case is a folder below DATA with mix.wav, the true stems beside it, meta.json ("sources": [{"file", "label"}]) and
notes.csv (stem,onset_s,duration_s,midi,velocity). Scores are mean SDR in dB (BSS Eval 3: sources, for stereo images;
512 taps): of the untouched mixture, with the notes, with every onset off by a uniform -0.2 to 0.2 s (mean of three
draws; ends move along), of the ideal ratio mask. Writes a table to FILE (docs/score.md).
"""
import argparse
import csv
import json
import pathlib
import random
import subprocess
import tempfile

JITTER_S = 0.2
DRAWS = 3


def run(program, *arguments):
    return json.loads(subprocess.run([program, *map(str, arguments), "--json"], check=True, capture_output=True).stdout)


def sdr(program, case, score, work):
    run(program, "separate", case / "mix.wav", "--score", score, "--no-report", "--subtype", "float", "--force", "-o", work)
    return run(program, "evaluate", "--reference", case, "--estimate", work / "mix")["tracks"][0]["mean"]["sdr"]


def moved(rows, seed):
    chance = random.Random(seed)
    return [{**row, "onset_s": f"{max(0.0, float(row['onset_s']) + chance.uniform(-JITTER_S, JITTER_S)):.4f}"} for row in rows]


def measure(program, case, rows, work):
    oracle = run(program, "evaluate", "--reference", case, "--oracle")["tracks"][0]
    off = []
    for seed in range(DRAWS):
        with open(work / "moved.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(moved(rows, seed))
        off.append(sdr(program, case, work / "moved.csv", work / "off"))
    return (oracle["mix"]["mean"]["sdr"], sdr(program, case, case / "notes.csv", work / "exact"), sum(off) / DRAWS,
            oracle["irm1"]["mean"]["sdr"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("docs/score.md"))
    arguments = parser.parse_args()
    lines = ["# With a score", "", "Made by `make scores DATA=...`; bench/scores.py says what the columns are. Mean SDR in dB.", "",
             "| case | mixture | with the notes | onsets off by up to 0.2 s | ideal ratio mask |", "|---|---|---|---|---|"]
    for notes in sorted(arguments.data.glob("*/notes.csv")):
        case = notes.parent
        rows = list(csv.DictReader(notes.open(encoding="utf-8")))
        stems = {pathlib.Path(source["file"]).stem for source in json.loads((case / "meta.json").read_text())["sources"]}
        if {row["stem"] for row in rows} != stems:
            continue
        with tempfile.TemporaryDirectory() as work:
            values = measure(arguments.program, case, rows, pathlib.Path(work))
        lines.append(f"| {case.name} | " + " | ".join(f"{value:.1f}" for value in values) + " |")
        print(lines[-1], flush=True)
    arguments.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
