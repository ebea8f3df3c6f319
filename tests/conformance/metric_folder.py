#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds `divisi evaluate` against expected values in files.

    metric_folder.py PROGRAM FOLDER

FOLDER may hold
  mir_eval/refNN, estNN, outputNN.json   as in mir_eval's tests (BSS Eval's Matlab values)
  extra/NAME/ref*.wav est*.wav expected.json
  oracle.json and dev/NAME/*.wav         ideal masks on the STFT 2048/512
Prints the worst deviation of each set, and what is beyond its bound (0.01 dB; ideal masks 0.1 dB).
"""
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy
import soundfile

MIR_EVAL_TITLES = {"Source to Distortion": "sdr", "Image to Spatial": "isr", "Source to Interference": "sir",
                   "Source to Artifact": "sar"}
BOUND, ORACLE_BOUND = 0.01, 0.1
ROUNDING_DB = 120.0  # ratios above are rounding noise of the program that made the values


class Deviations:
    def __init__(self):
        self.worst = {}
        self.beyond = []

    def compare(self, group, name, got, expected, bound):
        if expected is None or (isinstance(expected, float) and math.isnan(expected)):
            return
        if abs(expected) > ROUNDING_DB:
            return
        value = math.inf if got in (None, "inf") else float(got)
        deviation = abs(value - expected)
        self.worst[group] = max(self.worst.get(group, (0.0, 0))[0], deviation), self.worst.get(group, (0, 0))[1] + 1
        if deviation > bound:
            self.beyond.append(f"{group} {name}: expected {expected:.5f}, got {got}")


def evaluate(program, *arguments):
    run = subprocess.run([program, "evaluate", *map(str, arguments), "--json"], capture_output=True, check=True)
    return json.loads(run.stdout)["tracks"]


def numbered(work, files, prefix):
    """A folder with the files under names that sort in their order, and that pair by permutation."""
    folder = work / prefix
    folder.mkdir()
    for number, file in enumerate(sorted(files)):
        shutil.copy(file, folder / f"{prefix}{number:02d}.wav")
    return folder


def evaluate_files(program, references, estimates, by_name, *flags):
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        first = numbered(work, references, "a")
        (work / "below").mkdir()
        second = numbered(work / "below", estimates, "a" if by_name else "b")
        return evaluate(program, "--reference", first, "--estimate", second, *flags)[0]


def compare_whole(deviations, group, name, track, expected):
    for key in ("SDR", "ISR", "SIR", "SAR"):
        for source, value in enumerate(expected.get(key, [])):
            deviations.compare(group, f"{name} {key} {source}", track["sources"][source][key.lower()], value, BOUND)


def copies(files, folder, channels, gain):
    """The files with that many channels, those after the first times the gain (as mir_eval's tests make them)."""
    made = []
    for file in sorted(files):
        samples, rate = soundfile.read(file, dtype="float64", always_2d=True)
        samples = samples.mean(axis=1, keepdims=True)
        samples = numpy.hstack([samples] + (channels - 1) * [gain * samples])
        made.append(folder / file.name)
        soundfile.write(made[-1], samples, rate, subtype="DOUBLE")
    return made, rate


def check_mir_eval(program, folder, deviations):
    for output in sorted(folder.glob("output*.json")):
        for section, values in json.loads(output.read_text()).items():
            channels, framewise = values.get("nchan", 1), "Framewise" in section
            with tempfile.TemporaryDirectory() as work:
                work = pathlib.Path(work)
                (work / "ref").mkdir()
                (work / "est").mkdir()
                number = output.stem[-2:]
                references, rate = copies((folder / f"ref{number}").glob("*.wav"), work / "ref", channels, 1.0)
                estimates, _ = copies((folder / f"est{number}").glob("*.wav"), work / "est", channels,
                                      values.get("gain", 1.0))
                flags = ["--metric", "images" if "Images" in section else "v3"]
                if framewise:
                    flags += ["--window", values["win"] / rate, "--hop", values["hop"] / rate]
                track = evaluate_files(program, references, estimates, framewise, *flags)
            compare_section(deviations, f"mir_eval {section.lower()}", number, track, values, framewise)


def compare_section(deviations, group, number, track, values, framewise):
    if not framewise:
        permutation = [int(source["estimate"][1:]) for source in track["sources"]]
        if permutation != values["Source permutation"]:
            deviations.beyond.append(f"{group} {number}: permutation {permutation}")
    for title, ratio in MIR_EVAL_TITLES.items():
        for source, expected in enumerate(values.get(title, [])):
            got = [window[ratio] for window in track["sources"][source]["windows"]] if framewise else (
                [track["sources"][source][ratio]])
            for place, value in enumerate(expected if framewise else [expected]):
                deviations.compare(group, f"{number} {title} {source} {place}", got[place], value, BOUND)


def check_extra(program, folder, deviations):
    for case in sorted(folder.iterdir()):
        expected = json.loads((case / "expected.json").read_text())
        files = [list(case.glob("ref*.wav")), list(case.glob("est*.wav"))]
        for key, metric, by_name in (("bss_eval_sources_noperm", "v3", True), ("bss_eval_sources_bestperm", "v3", False),
                                     ("bss_eval_images_noperm", "images", True), ("museval_v4_whole", "v4", True)):
            if key in expected:
                track = evaluate_files(program, *files, by_name, "--metric", metric)
                compare_whole(deviations, f"extra {key}", case.name, track, expected[key])
        if "museval_v4_1s_windows" in expected:
            track = evaluate_files(program, *files, True, "--metric", "v4", "--window", 1, "--hop", 1)
            for ratio, sources in expected["museval_v4_1s_windows"].items():
                for source, course in enumerate(sources if isinstance(sources, list) else []):
                    for number, value in enumerate(course):
                        got = track["sources"][source]["windows"][number][ratio.lower()]
                        deviations.compare("extra museval_v4_1s_windows", f"{case.name} {ratio} {source} {number}", got,
                                           value, BOUND)
        for key, metric in (("si_sdr", "sisdr"), ("SI_SDR", "sisdr"), ("snr", "snr"), ("SNR", "snr")):
            if isinstance(expected.get(key), list):
                track = evaluate_files(program, *files, True, "--metric", metric)
                compare_whole(deviations, f"extra {metric}", case.name, track, {"SDR": expected[key]})


def check_oracles(program, folder, deviations):
    for name, expected in json.loads((folder / "oracle.json").read_text()).items():
        oracles = evaluate(program, "--reference", folder / "dev" / name, "--oracle")[0]
        for kind in ("mix", "irm1", "irm2", "ibm"):
            by_label = {source["reference"]: source for source in oracles[kind]["sources"]}
            for ratio in ("sdr", "sir", "sar"):
                for label, value in zip(expected["labels"], expected[kind][ratio]):
                    deviations.compare(f"oracle {kind} {ratio}", f"{name} {label}", by_label[label][ratio], value,
                                       ORACLE_BOUND)


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    deviations = Deviations()
    for part, check in (("mir_eval", check_mir_eval), ("extra", check_extra)):
        if (folder / part).is_dir():
            check(program, folder / part, deviations)
    if (folder / "oracle.json").exists():
        check_oracles(program, folder, deviations)
    for group, (worst, count) in deviations.worst.items():
        print(f"{group}: worst of {count} values {worst:.2g} dB")
    print(f"{len(deviations.beyond)} values beyond their bound", *deviations.beyond[:40], sep="\n")
    return 1 if deviations.beyond or not deviations.worst else 0


if __name__ == "__main__":
    sys.exit(main())
