# SPDX-License-Identifier: Apache-2.0
"""Runs the program under test and makes sound for it. DIVISI in the environment is the program."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy
import soundfile

DIVISI = os.environ.get("DIVISI", "divisi")
QUICK = ["--fft", "256", "--components", "3", "--sources", "2", "--iterations", "10", "--restarts", "1"]
UNITS = {"PCM_U8": 2.0**-7, "PCM_16": 2.0**-15, "PCM_24": 2.0**-23, "PCM_32": 2.0**-31, "FLOAT": 1e-6, "DOUBLE": 1e-6}


def tones(seconds=1.0, rate=8000, channels=1, level=0.4):
    """Two tones that take turns over a little noise; frames × channels."""
    time = numpy.arange(int(seconds * rate)) / rate
    pitch = numpy.where(time % 0.5 < 0.25, 440.0, 1320.0)
    tone = numpy.sin(2 * numpy.pi * pitch * time) * numpy.exp(-6.0 * (time % 0.25))
    noise = numpy.random.RandomState(1).uniform(-0.01, 0.01, (len(time), channels))
    return level * (tone[:, None] / (1.0 + numpy.arange(channels)) + noise)


class ProgramTest(unittest.TestCase):
    """A test with a folder of its own, in which the program runs."""

    def setUp(self):
        self._work = tempfile.TemporaryDirectory()
        self.work = pathlib.Path(self._work.name)

    def tearDown(self):
        self._work.cleanup()

    def run_divisi(self, *arguments, expect=0, **options):
        options = {"capture_output": True, "cwd": self.work, "timeout": 300, **options}
        run = subprocess.run([DIVISI, *map(str, arguments)], **options)
        self.assertEqual(run.returncode, expect, f"{arguments}: {run.stderr!r}")
        return run

    def start_divisi(self, *arguments):
        return subprocess.Popen([DIVISI, *map(str, arguments)], cwd=self.work, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def separate_json(self, *arguments, expect=0):
        return json.loads(self.run_divisi("separate", *arguments, "--json", expect=expect).stdout)

    def write(self, name, samples, rate=8000, **options):
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples, rate, **options)
        return path

    def files(self, folder="separated"):
        """All files below a folder, hidden ones too, relative to it."""
        root = self.work / folder
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    def assert_null(self, mixture, folder, pattern="*.wav"):
        """The files add up to the mixture and have its rate, channels, length and depth."""
        expected, rate = soundfile.read(mixture, dtype="float64", always_2d=True)
        info = soundfile.info(mixture)
        total = 0.0
        for path in (self.work / folder).glob(pattern):
            samples, stem_rate = soundfile.read(path, dtype="float64", always_2d=True)
            self.assertEqual(stem_rate, rate)
            self.assertEqual(samples.shape, expected.shape)
            self.assertEqual(soundfile.info(path).subtype, info.subtype)
            total = total + samples
        self.assertLessEqual(abs(total - expected).max(), UNITS[info.subtype])

    def assert_one_error(self, run, *parts):
        """One line on standard error, which has all these parts."""
        lines = run.stderr.decode().splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith("divisi: error: "), lines)
        for part in parts:
            self.assertIn(part, lines[0])
