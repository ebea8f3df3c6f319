#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well `divisi separate --dictionary` separates: every case of a folder that has training recordings.

    dictionaries.py PROGRAM DATA [--output DIR]

A case is a folder below DATA with mix.wav, meta.json ("sources": [{"file"}]), the true stems beside it, and train/ with a
recording of the same name for each. `learn` and `separate` run with their defaults; the columns after "ours" are the
same with these flags. Mean SDR in dB (BSS Eval 3, 512 taps). Writes dictionaries.md to DIR.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

WAYS = {  # column: flags of learn, flags of separate
    "ours": ([], []),
    "--adapt": ([], ["--adapt"]),
    "--free 4": ([], ["--free", "4", "--without", "rest"]),
    "--beta 0.5": ([], ["--beta", "0.5"]),
    "--beta 0.5 --adapt": ([], ["--beta", "0.5", "--adapt"]),
    "learn --components 16": (["--components", "16"], []),
    "learn --model nmfd": (["--model", "nmfd"], []),
}


def run(program, *arguments):
    output = subprocess.run([program, *map(str, arguments), "--json"], check=True, capture_output=True).stdout
    return json.loads(output)


def mean_sdr(program, *arguments):
    return run(program, "evaluate", *arguments)["tracks"][0]["mean"]["sdr"]


def measure(program, case, work):
    stems = [source["file"] for source in json.loads((case / "meta.json").read_text())["sources"]]
    oracles = run(program, "evaluate", "--reference", case, "--oracle")["tracks"][0]
    row = {"mixture": oracles["mix"]["mean"]["sdr"]}
    begin = time.monotonic()
    for way, (learning, separating) in WAYS.items():
        kit = work / "kit.npz"
        run(program, "learn", *[f"{pathlib.Path(stem).stem}={case / 'train' / stem}" for stem in stems], "-o", kit, *learning)
        run(program, "separate", case / "mix.wav", "--dictionary", kit, "--no-report", "--subtype", "float", "--force", "-o",
            work / "out", *separating)
        row[way] = mean_sdr(program, "--reference", case, "--estimate", work / "out/mix")
        if way == "ours":
            seconds = time.monotonic() - begin
    return {**row, "ideal ratio mask": oracles["irm1"]["mean"]["sdr"], "seconds": seconds}


def table(rows, version):
    columns = list(next(iter(rows.values())))
    lines = ["# Dictionaries", "", f"Made by `make dictionaries DATA=...` with divisi {version}; "
             "bench/dictionaries.py says what the columns are.", "",
             "| case | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    lines += [f"| {name} | " + " | ".join(f"{row[column]:.1f}" for column in columns) + " |" for name, row in rows.items()]
    means = [sum(row[column] for row in rows.values()) / len(rows) for column in columns]
    return "\n".join([*lines, "| **mean** | " + " | ".join(f"**{mean:.1f}**" for mean in means) + " |", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("docs"))
    arguments = parser.parse_args()
    cases = sorted(path.parent for path in arguments.data.glob("*/train") if (path.parent / "meta.json").exists())
    if not cases:
        parser.error(f"{arguments.data}: expected folders with mix.wav, meta.json and train/, got none")
    rows = {}
    for case in cases:
        with tempfile.TemporaryDirectory() as work:
            rows[case.name] = measure(arguments.program, case, pathlib.Path(work))
        print(f"{case.name}: {rows[case.name]['ours']:.2f}", file=sys.stderr)
    version = subprocess.run([arguments.program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    (arguments.output / "dictionaries.md").write_text(table(rows, version))
    print(table(rows, version))
    return 0


if __name__ == "__main__":
    sys.exit(main())
