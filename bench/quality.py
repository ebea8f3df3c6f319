#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well `divisi separate` separates: every case of a folder, with the defaults and the case's number of sources.

    quality.py PROGRAM DATA [--output DIR] [--peer FILE] [--seeds N]

A case is a folder below DATA with mix.wav, the true stems beside it, and meta.json ("sources": [{"file", "label"}]).
Scores are mean SDR in dB (BSS Eval 3: sources, for stereo images; 512 taps). The share says how far from the untouched
mixture (0 %) to the ideal ratio mask (100 %) a result is; the mean share over the cases is the project's one number.
"Grouped by the truth", the oracle of grouping, groups the components of plain NMF, 8 a source, by the stem that they resemble
most: what is missing there is that factorization's, whatever the blind run chose.
FILE has scores of others, case -> "nmf" -> "sdr": a list; told is how many cases are at or above their mean (DATA/../oracle.json
where it is there). Writes quality.md and quality.json to DIR, told beside what quality.json said before; ends with 1 where the
mean share fell, where a case fell by more than 0.3 dB below its floor (DIR/quality_floors.json: made where there is none, raised
by hand), or where one is below the untouched mixture.
With --seeds N it writes seeds.md instead: the mean share, blind, from each of the seeds 0 to N - 1; ends with 1 where their
standard deviation is above 3 points.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import soundfile


TOLERANCE = 0.3  # dB: what another processor's rounding moves a case by, and half the loss that is heard as one
MOST_DEVIATION = 3.0  # points of the mean share


def run(program, *arguments):
    return json.loads(subprocess.run([program, *map(str, arguments), "--json"], check=True, capture_output=True).stdout)


def mean_sdr(program, *arguments):
    return run(program, "evaluate", *arguments)["tracks"][0]["mean"]["sdr"]


def magnitudes(path, fft, hop):
    """Root mean square over the channels of |STFT|, frame j centred on sample j · hop; bins × frames."""
    samples, _ = soundfile.read(path, always_2d=True)
    frames = -(-len(samples) // hop) + 1
    padded = numpy.zeros(((frames - 1) * hop + fft, samples.shape[1]))
    padded[fft // 2:fft // 2 + len(samples)] = samples
    window = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(fft) / fft)
    power = 0.0
    for channel in padded.T:
        cut = numpy.lib.stride_tricks.sliding_window_view(channel, fft)[::hop] * window
        power = power + abs(numpy.fft.rfft(cut, axis=1).T) ** 2
    return numpy.sqrt(power / samples.shape[1])


def true_groups(factors, stems):
    """For each stem the components, counted from 1, that hold more of its energy than of another's; at least one."""
    config = json.loads(str(factors["config"]))
    W, H = factors["W"].astype("float64"), factors["H"].astype("float64")
    powers = [magnitudes(stem, int(config["fft"]), int(config["hop"])) ** 2 for stem in stems]
    model = W @ H + 1e-30
    held = numpy.array([[((numpy.outer(w, h) / model) * power).sum() for power in powers] for w, h in zip(W.T, H)])
    owner = held.argmax(axis=1)
    for stem in range(len(stems)):
        if stem not in owner:
            share = held[:, stem] / (held.sum(axis=1) + 1e-30)
            spare = [k for k in range(len(owner)) if (owner == owner[k]).sum() > 1]
            owner[max(spare, key=lambda k: share[k])] = stem
    return [",".join(str(k + 1) for k in numpy.flatnonzero(owner == stem)) for stem in range(len(stems))]


def measure(program, case, work):
    meta = json.loads((case / "meta.json").read_text())
    files = [case / source["file"] for source in meta["sources"]]
    names = [file.stem for file in files]
    oracles = run(program, "evaluate", "--reference", case, "--oracle")["tracks"][0]
    flags = ["separate", case / "mix.wav", "--sources", len(files), "--no-report", "--factors", "--subtype", "float"]
    begin = time.monotonic()
    run(program, *flags, "-o", work / "blind")
    seconds = time.monotonic() - begin
    plain = ["--model", "nmf", "--spatial", "off"]
    run(program, *flags, *plain, "-o", work / "plain")
    with numpy.load(work / "plain/mix/factors.npz") as factors:
        groups = true_groups(factors, files)
    flags = ["separate", case / "mix.wav", "--components", 8 * len(files), *plain, "--no-report", "--subtype", "float",
             "--names", ",".join(names)]
    run(program, *flags, *[part for group in groups for part in ("--group", group)], "-o", work / "true")
    low, high = oracles["mix"]["mean"]["sdr"], oracles["irm1"]["mean"]["sdr"]
    blind, true = (mean_sdr(program, "--reference", case, "--estimate", work / kind / "mix") for kind in ("blind", "true"))
    return {"mixture": low, "ours": blind, "grouped_by_truth": true, "oracle": high,
            "share": (blind - low) / (high - low), "share_grouped_by_truth": (true - low) / (high - low),
            "seconds": seconds}


def at_or_above(results, peer):
    """How many of the cases that `peer` has scores of are at or above their mean, and of how many."""
    means = {name: numpy.mean(scores["nmf"]["sdr"]) for name, scores in peer.items() if "nmf" in scores}
    both = [name for name in results["cases"] if name in means]
    return int(sum(results["cases"][name]["ours"] >= means[name] for name in both)), len(both)


def below_floors(results, path):
    """A line for each case that lost more than TOLERANCE against its floor; without a file the floors are made."""
    if not path.exists():
        path.write_text(json.dumps({name: round(r["ours"], 2) for name, r in results["cases"].items()}, indent=1) + "\n")
    floors = json.loads(path.read_text())
    lines = []
    for name, r in results["cases"].items():
        floor = floors.get(name, r["mixture"])
        if r["ours"] < floor - TOLERANCE or r["ours"] < r["mixture"]:
            lines.append(f"{name}: {r['ours']:.1f} dB, floor {floor:.1f}, untouched mixture {r['mixture']:.1f}")
    return lines


def seeds_table(program, cases, seeds):
    """Markdown of the blind mean share from each seed, and its standard deviation in points."""
    shares = []
    for case in cases:
        files = [source["file"] for source in json.loads((case / "meta.json").read_text())["sources"]]
        oracles = run(program, "evaluate", "--reference", case, "--oracle")["tracks"][0]
        low, high = oracles["mix"]["mean"]["sdr"], oracles["irm1"]["mean"]["sdr"]
        row = []
        for seed in range(seeds):
            with tempfile.TemporaryDirectory() as work:
                run(program, "separate", case / "mix.wav", "--sources", len(files), "--seed", seed, "--no-report",
                    "--subtype", "float", "-o", work)
                row.append((mean_sdr(program, "--reference", case, "--estimate", f"{work}/mix") - low) / (high - low))
        shares.append(row)
        print(f"{case.name}: {100 * numpy.mean(row):.0f} % ± {100 * numpy.std(row):.1f}", file=sys.stderr)
    means, deviation = 100 * numpy.mean(shares, axis=0), 100 * numpy.std(numpy.mean(shares, axis=0))
    lines = ["# Seeds", "", "Made by `make seeds DATA=...`: the share of the way from the mixture to the ideal ratio mask, blind.", "",
             "| case | mean | deviation | least | most |", "|---|---|---|---|---|"]
    for case, row in zip(cases, shares):
        lines.append(f"| {case.name} | {100 * numpy.mean(row):.0f} % | {100 * numpy.std(row):.1f} | {100 * min(row):.0f} % | "
                     f"{100 * max(row):.0f} % |")
    lines += ["", "Mean share from each seed: " + ", ".join(f"{mean:.1f}" for mean in means) + " %.", "",
              f"**Mean {means.mean():.1f} %, standard deviation {deviation:.2f} points** over {seeds} seeds and {len(cases)} cases.", ""]
    return "\n".join(lines), deviation


def table(results, version):
    lines = ["# Quality", "", f"Made by `make quality DATA=...` with divisi {version}; bench/quality.py says what the columns are.", "",
             "| case | mixture | ours | grouped by the truth | ideal ratio mask | share | share, grouped by the truth | seconds |",
             "|---|---|---|---|---|---|---|---|"]
    for name, r in results["cases"].items():
        lines.append(f"| {name} | {r['mixture']:.1f} | {r['ours']:.1f} | {r['grouped_by_truth']:.1f} | {r['oracle']:.1f} | "
                     f"{100 * r['share']:.0f} % | {100 * r['share_grouped_by_truth']:.0f} % | {r['seconds']:.1f} |")
    lines += ["", f"**Mean share: {100 * results['mean_share']:.1f} %**; grouped by the truth "
              f"{100 * results['mean_share_grouped_by_truth']:.1f} %; {len(results['cases'])} cases.", ""]
    if "at_or_above_nmf" in results:
        lines += ["At or above plain KL-NMF of 30 components, grouped by the truth: {} of {} cases.".format(*results["at_or_above_nmf"]), ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("docs"))
    parser.add_argument("--peer", type=pathlib.Path)
    parser.add_argument("--seeds", type=int)
    arguments = parser.parse_args()
    cases = sorted(path.parent for path in arguments.data.glob("*/meta.json"))
    if not cases:
        parser.error(f"{arguments.data}: expected folders with mix.wav, stems and meta.json, got none")
    arguments.output.mkdir(parents=True, exist_ok=True)
    if arguments.seeds:
        text, deviation = seeds_table(arguments.program, cases, arguments.seeds)
        (arguments.output / "seeds.md").write_text(text)
        print(text)
        return 1 if deviation > MOST_DEVIATION else 0
    results = {"cases": {}}
    for case in cases:
        with tempfile.TemporaryDirectory() as work:
            results["cases"][case.name] = measure(arguments.program, case, pathlib.Path(work))
        print(f"{case.name}: {100 * results['cases'][case.name]['share']:.0f} %", file=sys.stderr)
    for key in ("share", "share_grouped_by_truth"):
        results[f"mean_{key}"] = float(numpy.mean([result[key] for result in results["cases"].values()]))
    peer = arguments.peer or arguments.data.resolve().parent / "oracle.json"
    if peer.exists():
        results["at_or_above_nmf"] = at_or_above(results, json.loads(peer.read_text()))
    version = subprocess.run([arguments.program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    before_path = arguments.output / "quality.json"
    before = json.loads(before_path.read_text()) if before_path.exists() else None
    (arguments.output / "quality.md").write_text(table(results, version))
    before_path.write_text(json.dumps(results, indent=1) + "\n")
    print(table(results, version))
    lost = below_floors(results, arguments.output / "quality_floors.json")
    for line in lost:
        print(f"below its floor: {line}")
    fell = False
    if before and before["cases"].keys() == results["cases"].keys():
        print(f"mean share before: {100 * before['mean_share']:.1f} %")
        fell = results["mean_share"] < before["mean_share"] - 0.005
    return 1 if fell or lost else 0


if __name__ == "__main__":
    sys.exit(main())
