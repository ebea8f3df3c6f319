# SPDX-License-Identifier: Apache-2.0
"""divisi learn and divisi separate --dictionary: named stems, files, refusals."""
import json
import unittest

import numpy
import soundfile

from program import ProgramTest

RATE = 8000


def tone(hz, seconds=1.5, rate=RATE):
    time = numpy.arange(int(seconds * rate)) / rate
    return 0.3 * sum(numpy.sin(2 * numpy.pi * h * hz * time) / h for h in (1, 2, 3)) * numpy.exp(-3 * (time % 0.5))


class Learn(ProgramTest):
    def kit(self, *flags):
        self.write("low.wav", numpy.concatenate([numpy.zeros(RATE), tone(220), tone(262)]), RATE)
        self.write("high.wav", tone(500), RATE)
        self.write("high2.wav", tone(595, rate=2 * RATE), 2 * RATE)
        return json.loads(self.run_divisi("learn", "low=low.wav", "high=high.wav", "high=high2.wav", "-o", "kit.npz",
                                          "--json", *flags).stdout)

    def mixture(self, rate=RATE):
        parts = {"low": tone(262, rate=rate) + tone(220, rate=rate), "high": numpy.roll(tone(595, rate=rate), rate // 4)}
        self.write("mix.wav", sum(parts.values()), rate, subtype="FLOAT")
        return parts

    def sdr(self, name, truth):
        found, _ = soundfile.read(self.work / "separated/mix" / f"{name}.wav")
        return 10 * numpy.log10((truth**2).sum() / ((truth - found) ** 2).sum())

    def test_stems_have_the_names_and_are_right(self):
        told = self.kit()
        self.assertEqual([source["name"] for source in told["sources"]], ["low", "high"])
        self.assertEqual(told["sources"][1]["files"], 2)
        self.assertEqual(told["rate_hz"], RATE)
        self.assertLess(told["sources"][0]["sounding_s"], 3.3)
        with numpy.load(self.work / "kit.npz") as kit:
            self.assertEqual(kit["W"].shape[1], sum(source["components"] for source in told["sources"]))
            self.assertEqual(json.loads(str(kit["config"]))["analysis"]["rate"], str(RATE))
        for rate in (RATE, 2 * RATE):
            parts = self.mixture(rate)
            track = self.separate_json("mix.wav", "--dictionary", "kit.npz", "--force")["tracks"][0]
            self.assertEqual(track["manifest"]["parameters"]["rate"], RATE)
            self.assertIn("low.wav", track["manifest"]["sources"][0]["reason"])
            self.assertIn("kit.npz", track["manifest"]["start_files"])
            for name, truth in parts.items():
                self.assertGreater(self.sdr(name, truth), 12.0, (name, rate))
            self.assert_null(self.work / "mix.wav", "separated/mix")

    def test_free_and_adapt_and_the_repeated_command(self):
        self.kit("--components", "8")
        self.mixture()
        self.run_divisi("learn", "high=high.wav,high2.wav", "-o", "one.npz", "--components", "8")
        track = self.separate_json("mix.wav", "--dictionary", "one.npz", "--free", "4", "--adapt")["tracks"][0]
        self.assertEqual([source["name"] for source in track["manifest"]["sources"]], ["high", "rest"])
        self.assertIn("rest.wav", self.files("separated/mix"))
        self.assertEqual(track["manifest"]["flags"].split(), "--dictionary one.npz --free 4 --adapt".split())
        again = self.separate_json("mix.wav", *track["manifest"]["flags"].split())["tracks"][0]
        self.assertEqual(again["status"], "skipped")
        self.run_divisi("learn", "high=high.wav", "-o", "one.npz", "--components", "8")
        again = self.separate_json("mix.wav", *track["manifest"]["flags"].split())["tracks"][0]
        self.assertEqual(again["status"], "done")

    def test_shapes_that_last(self):
        self.kit("--model", "nmfd", "--components", "3", "--fft", "256")
        self.mixture()
        track = self.separate_json("mix.wav", "--dictionary", "kit.npz")["tracks"][0]
        self.assertEqual(track["manifest"]["parameters"]["model"], "nmfd")
        self.assertEqual(self.files("separated/mix"), ["high.wav", "low.wav", "manifest.json", "report.html"])

    def test_same_bytes(self):
        self.kit()
        first = (self.work / "kit.npz").read_bytes()
        self.kit("--threads", "1")
        self.assertEqual(first, (self.work / "kit.npz").read_bytes())

    def test_refusals(self):
        self.kit()
        self.mixture()
        self.write("silence.wav", numpy.zeros(RATE), RATE)
        self.write("empty.wav", numpy.zeros(0), RATE)
        (self.work / "text.npz").write_text("no archive")
        numpy.savez(self.work / "other.npz", W=numpy.ones((5, 2)))
        for arguments, code, part in (
                (["-o", "a.npz"], 2, "NAME=FILE"), (["low.wav", "-o", "a.npz"], 2, "NAME=FILE"),
                (["a/b=low.wav", "-o", "a.npz"], 2, "names"), (["rest=low.wav", "-o", "a.npz"], 2, "rest"),
                (["low=low.wav"], 2, "output"), (["low=none.wav", "-o", "a.npz"], 3, "none.wav"),
                (["low=none/*.wav", "-o", "a.npz"], 2, "none/*.wav"), (["low=empty.wav", "-o", "a.npz"], 3, "empty.wav"),
                (["low=low.wav", "no=silence.wav", "-o", "a.npz"], 3, "silence"),
                (["low=low.wav", "--components", "5000", "-o", "a.npz"], 2, "components"),
                (["low=low.wav", "--model", "nmf2d", "-o", "a.npz"], 2, "nmfd"),
                (["low=low.wav", "-o", "mix.wav/a.npz"], 4, "mix.wav")):
            self.assert_one_error(self.run_divisi("learn", *arguments, expect=code), part)
        self.assertFalse((self.work / "a.npz").exists())
        for arguments, code, part in (
                (["--dictionary", "none.npz"], 3, "none.npz"), (["--dictionary", "text.npz"], 3, "text.npz"),
                (["--dictionary", "other.npz"], 3, "divisi learn"), (["--free", "2"], 2, "--dictionary"),
                (["--adapt"], 2, "--dictionary"), (["--dictionary", "kit.npz", "--fft", "512"], 2, "as the dictionary has it"),
                (["--dictionary", "kit.npz", "--rate", "16000"], 2, "as the dictionary has it"),
                (["--dictionary", "kit.npz", "--sources", "3"], 2, "as the dictionary has it"),
                (["--dictionary", "kit.npz", "--group", "1"], 2, "beside --dictionary")):
            self.assert_one_error(self.run_divisi("separate", "mix.wav", *arguments, expect=code), part)


if __name__ == "__main__":
    unittest.main()
