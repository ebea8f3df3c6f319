# SPDX-License-Identifier: Apache-2.0
"""What a person knows and says: --solo, where one source sounds alone; --activations and --fixed; --components auto."""
import unittest

import numpy
import soundfile

from program import ProgramTest

RATE = 8000
HARMONICS = {"low": (220, 275, 330), "high": (440, 880, 1320)}


def voice(name, seconds, seed):
    """Tones of a source in random order and loudness."""
    random = numpy.random.RandomState(seed)
    time = numpy.arange(int(0.25 * RATE)) / RATE
    notes = []
    for _ in range(int(seconds / 0.25)):
        hz = HARMONICS[name][random.randint(3)]
        tone = sum(numpy.sin(2 * numpy.pi * h * hz * time) / h for h in (1, 2, 3))
        notes.append(random.uniform(0.05, 0.2) * tone * numpy.exp(-6 * time))
    return numpy.concatenate(notes)


class User(ProgramTest):
    def setUp(self):
        super().setUp()
        quiet = numpy.zeros(2 * RATE)
        self.stems = {"low": numpy.concatenate([voice("low", 2, 1), quiet, voice("low", 4, 2)]),
                      "high": numpy.concatenate([quiet, voice("high", 2, 3), voice("high", 4, 4)])}
        self.write("mix.wav", sum(self.stems.values()), RATE, subtype="FLOAT")

    def sdr(self, name, file):
        found, _ = soundfile.read(self.work / "separated/mix" / f"{file}.wav")
        true = self.stems[name][4 * RATE:]
        return 10 * numpy.log10((true ** 2).sum() / ((true - found[4 * RATE:]) ** 2).sum())

    def test_marked_sources_are_taken_apart(self):
        for model in ("nmf", "nmfd"):
            self.run_divisi("separate", "mix.wav", "--names", "low,high", "--solo", "low=0-1.9", "--solo", "high=0:02-0:03.9",
                            "--model", model)
            for name in self.stems:
                self.assertGreater(self.sdr(name, name), 12.0, (model, name))
            self.assert_null(self.work / "mix.wav", "separated/mix")
        self.assertIn("learned where it sounds alone", (self.work / "separated/mix/report.html").read_text())

    def test_one_mark_is_enough(self):
        self.run_divisi("separate", "mix.wav", "--solo", "1=0-1.9")
        self.assertGreater(self.sdr("low", "1"), 6.0)
        self.assertGreater(self.sdr("high", "2"), 6.0)

    def test_marks_count_from_the_start_of_the_file(self):
        self.run_divisi("separate", "mix.wav", "--start", "1", "--solo", "1=1-1.9,2=2-3.9")
        self.assert_one_error(self.run_divisi("separate", "mix.wav", "--start", "1", "--solo", "1=0-1.9", expect=2), "solo", "1.00-8.")

    def test_what_cannot_be(self):
        for flags, parts in ((["--solo", "1=0-2", "--solo", "2=1-3"], ["one source alone at a time", "1=0-2 and 2=1-3"]),
                             (["--solo", "1=2-1"], ["FROM before TO"]), (["--solo", "1=0-60"], ["within 0.00-8."]),
                             (["--solo", "piano=0-1"], ["stem"]), (["--solo", "0=0-1"], ["one of the stems 1, 2"]),
                             (["--solo", "3=0-1", "--sources", 2], ["one of the stems 1, 2"]), (["--solo", "1=0"], ["S=FROM-TO"]),
                             (["--solo", "1=0-1", "--model", "nmf2d"], ["nmf or nmfd"]),
                             (["--solo", "1=0-1", "--group", "1"], ["group"]), (["--solo", "1=0-1", "--solver", "hals"], ["mu"])):
            self.assert_one_error(self.run_divisi("separate", "mix.wav", *flags, expect=2), "expected", "got", *parts)

    def test_activations_that_a_person_drew(self):
        self.separate_json("mix.wav", "--fft", 1024, "--components", 2, "--factors")
        frames = numpy.load(self.work / "separated/mix/factors.npz")["H"].shape[1]
        drawn = numpy.zeros((2, frames))
        drawn[0, :int(2 * RATE / 256)] = drawn[1, int(2 * RATE / 256):int(4 * RATE / 256)] = 1.0
        numpy.savetxt(self.work / "h.csv", drawn + 1e-3, delimiter=",")
        result = self.separate_json("mix.wav", "--fft", 1024, "--activations", "h.csv", "--factors", "--force")
        self.assertEqual(len(result["tracks"][0]["manifest"]["sources"]), 2)
        self.assertIn("h.csv", result["tracks"][0]["manifest"]["start_files"])
        self.separate_json("mix.wav", "--fft", 1024, "--activations", "h.csv", "--fixed", "h2", "--factors")
        found = numpy.load(self.work / "separated/mix/factors.npz")["H"][1]
        numpy.testing.assert_allclose(found, drawn[1] + 1e-3, rtol=1e-4)
        for flags, part in ((["--fft", 512], "2 × "), (["--fixed", "h3", "--fft", 1024], "components 1..2"),
                            (["--dictionary", "k.npz"], "activations"), (["--spatial", "panning"], "spatial")):
            self.assert_one_error(self.run_divisi("separate", "mix.wav", "--activations", "h.csv", *flags, expect=2), "expected", part)

    def test_as_many_components_as_there_are(self):
        manifest = self.separate_json("mix.wav", "--components", "auto")["tracks"][0]["manifest"]
        self.assertEqual(manifest["components_estimated"]["relevance"], manifest["parameters"]["components"])
        self.assertEqual(len(manifest["sources"]), 2)
        self.assertIn("--components auto", manifest["flags"])
        self.assertLess(manifest["parameters"]["components"], 16)  # six notes
        self.assertIn("by relevance", (self.work / "separated/mix/report.html").read_text())
        for flags in (["--solo", "1=0-1"], ["--model", "nmf2d"], ["--group", "1,2"]):
            self.assert_one_error(self.run_divisi("separate", "mix.wav", "--components", "auto", *flags, expect=2), "components")


if __name__ == "__main__":
    unittest.main()
