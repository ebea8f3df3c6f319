#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs `divisi separate` on every file of a folder of hostile inputs and holds the outcome against its expect.json.

    hostile_folder.py PROGRAM FOLDER

expect.json: {"files": [{"file": NAME, "expect": "ok" | "error" | "error-or-warning", "what": ...}]}
A refusal is one line on standard error that names the file and says what was expected and what came, a documented exit
code, and no output. A result is stems that add up to the input, without a NaN. Nothing may crash, hang or take memory
that a header asks for.
"""
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

import numpy
import soundfile

MEMORY_BYTES = 2 << 30
SECONDS = 60


def limit():
    if not os.environ.get("SANITIZED"):  # a sanitizer's shadow alone is larger than any limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def check_refusal(name, run, output):
    lines = run.stderr.strip().splitlines()
    errors = [line for line in lines if line.startswith("divisi: error: ")]
    if run.returncode not in (2, 3):
        return f"exit code {run.returncode}"
    if len(errors) != 1 or len(lines) != 1:
        return f"{len(lines)} lines on standard error: {run.stderr!r}"
    if name not in errors[0]:
        return f"the message does not name the file: {errors[0]}"
    if "expected" not in errors[0] or "got" not in errors[0]:
        return f"the message does not say what was expected and what came: {errors[0]}"
    if output.exists():
        return "output was left behind"
    return None


def check_result(path, output):
    files = sorted(output.rglob("*.wav"))
    if not files:
        return "no stems"
    total = 0.0
    for file in files:
        samples, rate = soundfile.read(file, dtype="float64", always_2d=True)
        if not numpy.isfinite(samples).all():
            return f"{file.name} has values that are not finite"
        total = total + samples
    try:
        mixture, rate_in = soundfile.read(path, dtype="float64", always_2d=True)
    except (RuntimeError, soundfile.LibsndfileError):
        return None  # decoded by ffmpeg: nothing here to compare with
    if rate != rate_in or total.shape != mixture.shape:
        return f"{total.shape} at {rate} Hz came of {mixture.shape} at {rate_in} Hz"
    worst = float(abs(total - mixture).max())
    subtype = soundfile.info(path).subtype
    bound = {"PCM_U8": 2.0**-7, "PCM_S8": 2.0**-7, "PCM_24": 2.0**-23, "PCM_32": 2.0**-31, "PCM_16": 2.0**-15}.get(
        subtype, 1e-6 * max(1.0, float(abs(mixture).max())))
    return None if worst <= bound else f"stems miss the mixture by {worst:g}, allowed {bound:g}"


def check(program, folder, entry, work):
    path = folder / entry["file"]
    output = work / "out"
    command = [program, "separate", "-o", str(output), "--", str(path)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, preexec_fn=limit)
    except subprocess.TimeoutExpired:
        return f"hangs: no end within {SECONDS} s"
    if run.returncode == 0:
        return "accepted" if entry["expect"] == "error" else check_result(path, output)
    if entry["expect"] == "ok":
        return f"refused: {run.stderr.strip()}"
    return check_refusal(entry["file"], run, output)


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    entries = json.loads((folder / "expect.json").read_text())["files"]
    failed = 0
    for entry in entries:
        with tempfile.TemporaryDirectory() as work:
            complaint = check(program, folder, entry, pathlib.Path(work))
        if complaint:
            failed += 1
            print(f"{entry['file']} ({entry['what']}; expected: {entry['expect']}): {complaint}")
    print(f"{len(entries) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
