#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench/paper.py and bench/models.py run to their ends on cases so short that their figures mean nothing.

    paper_test.py PROGRAM

Ends with 77, which ctest calls skipped, where matplotlib is not installed.
"""
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy
import soundfile

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"
RATE = 16000
TIME = numpy.arange(RATE // 2) / RATE


def tone(onset, hz):
    """A struck string: six partials from `onset` on, each higher one softer and shorter."""
    since = numpy.maximum(TIME - onset, 0)
    return sum(numpy.sin(2 * numpy.pi * n * hz * since) * numpy.exp(-3 * n * since) / n for n in range(1, 7)) * (TIME >= onset) / 12


def hit(onset, smoothing):
    noise = numpy.convolve(numpy.random.RandomState(smoothing).randn(len(TIME)), numpy.ones(smoothing) / smoothing, "same")
    return 0.2 * noise * numpy.exp(-30 * numpy.maximum(TIME - onset, 0)) * (TIME >= onset)


def make(folder, stems, may_commit=True):
    folder.mkdir(parents=True)
    for name, samples in stems.items():
        soundfile.write(folder / f"{name}.wav", samples, RATE, "FLOAT")
    soundfile.write(folder / "mix.wav", sum(stems.values()), RATE, "FLOAT")
    meta = {"sources": [{"file": f"{name}.wav", "label": name} for name in stems], "may_commit": may_commit}
    (folder / "meta.json").write_text(json.dumps(meta))


def make_all(data):
    kit = {"kick": hit(0.0, 64) + hit(0.25, 64), "snare": hit(0.1, 8), "hihat": hit(0.05, 1) + hit(0.4, 1)}
    make(data / "d01_triad", {"C4": tone(0, 262) + tone(0.35, 262), "E4": tone(0.1, 330) + tone(0.35, 330),
                              "G4": tone(0.2, 392) + tone(0.35, 392)})
    make(data / "d02_duet", {"high": tone(0, 440) + tone(0.25, 494), "low": tone(0.1, 220) + tone(0.3, 262)})
    make(data / "d03_tune", {f"n{k}": tone(k / 20, 262 * 2 ** (k / 8)) for k in range(8)})
    (data / "d03_tune" / "notes.csv").write_text(
        "onset_s,duration_s,midi,velocity\n" + "".join(f"{k / 20},0.2,{60 + round(1.5 * k)},90\n" for k in range(8)))
    make(data / "d05_kit", kit)
    make(data / "d13_kit", kit, may_commit="elsewhere")


def run(script, program, data, output):
    command = [sys.executable, BENCH / script, program, data, "--output", output, "--seeds", "1", "--runs", "1"]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


def main():
    if importlib.util.find_spec("matplotlib") is None:
        print("skipped: matplotlib is not installed (scripts/setup develop)")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        data, output = pathlib.Path(folder) / "data", pathlib.Path(folder) / "docs"
        make_all(data)
        done = run("paper.py", sys.argv[1], data, output)
        assert done.returncode == 0, done.stderr
        text = (output / "paper.md").read_text()
        shown = sorted(re.findall(r"\]\((paper/[a-z0-9_]+\.png)\)", text))
        assert shown == sorted(f"paper/{path.name}" for path in (output / "paper").iterdir()), shown
        assert len(shown) == 13 and not any("d13" in name for name in shown), shown
        assert "d13_kit | three bands" in text and "nan" not in text, text
        done = run("models.py", sys.argv[1], data, output)
        assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stderr
        rows = (output / "models.md").read_text().count("met |") + (output / "models.md").read_text().count("met** |")
        assert rows == 9, rows  # all but that of d08, which is not there
        missing = run("paper.py", sys.argv[1], pathlib.Path(folder) / "docs", output)
        assert missing.returncode == 2 and "got none" in missing.stderr, missing.stderr
    return 0


if __name__ == "__main__":
    sys.exit(main())
