# SPDX-License-Identifier: Apache-2.0
"""divisi evaluate: its pairing, formats and refusals, and SI-SDR against the formula in numpy."""
import csv
import io
import json
import unittest

import numpy

from program import QUICK, ProgramTest, tones


class Evaluate(ProgramTest):
    def stems(self, folder, names=("low", "high"), error=0.0, frames=8000, rate=8000, channels=1):
        """Two sources that are noise of their own, with an error of the size `error`."""
        for number, name in enumerate(names):
            random = numpy.random.RandomState(number)
            samples = 0.1 * random.randn(frames, channels)
            samples = samples + error * 0.1 * numpy.random.RandomState(10 + number).randn(frames, channels)
            self.write(f"{folder}/{name}.wav", samples, rate, subtype="FLOAT")

    def evaluate(self, *flags, expect=0):
        run = self.run_divisi("evaluate", "--reference", "refs", "--estimate", "ests", "--json", *flags, expect=expect)
        return json.loads(run.stdout)

    def test_si_sdr_is_the_formula(self):
        self.stems("refs")
        self.stems("ests", error=0.3)
        sources = self.evaluate("--metric", "sisdr")["tracks"][0]["sources"]
        for number, name in ((1, "high"), (0, "low")):
            s = 0.1 * numpy.random.RandomState(number).randn(8000)
            e = s + 0.03 * numpy.random.RandomState(10 + number).randn(8000)
            s, e = s.astype("float32").astype("float64"), e.astype("float32").astype("float64")
            projection = (e @ s) / (s @ s) * s
            expected = 10 * numpy.log10((projection @ projection) / ((e - projection) @ (e - projection)))
            found = [source for source in sources if source["reference"] == name][0]
            self.assertAlmostEqual(found["sdr"], expected, places=6)
            self.assertIsNone(found["sir"])

    def test_stems_are_paired_by_name_or_else_by_permutation(self):
        self.stems("refs")
        self.stems("ests", error=0.1)
        pairs = [(s["reference"], s["estimate"]) for s in self.evaluate()["tracks"][0]["sources"]]
        self.assertEqual(pairs, [("high", "high"), ("low", "low")])
        self.stems("ests2", names=("x2", "x1"), error=0.1)
        run = self.run_divisi("evaluate", "--reference", "refs", "--estimate", "ests2", "--json")
        pairs = [(s["reference"], s["estimate"]) for s in json.loads(run.stdout)["tracks"][0]["sources"]]
        self.assertEqual(pairs, [("high", "x1"), ("low", "x2")])

    def test_it_reads_what_separate_writes(self):
        self.write("refs/a.wav", tones())
        self.write("refs/b.wav", 0.1 * numpy.random.RandomState(1).uniform(-1, 1, (8000, 1)))
        mixture = tones() + 0.1 * numpy.random.RandomState(1).uniform(-1, 1, (8000, 1))
        self.write("mix.wav", mixture)
        self.run_divisi("separate", "mix.wav", *QUICK, "--factors", "--format", "flac")
        run = self.run_divisi("evaluate", "--reference", "refs", "--estimate", "separated/mix", "--json")
        track = json.loads(run.stdout)["tracks"][0]
        self.assertEqual(track["name"], "mix")
        self.assertEqual({source["estimate"] for source in track["sources"]}, {"1", "2"})
        self.assertIsNotNone(track["mean"]["sdr"])

    def test_a_folder_of_tracks_has_a_mean_and_a_median(self):
        for track, error in (("one", 0.1), ("two", 0.2), ("three", 0.9)):
            self.stems(f"refs/{track}")
            self.stems(f"ests/{track}", error=error)
        result = self.evaluate()
        means = [track["mean"]["sdr"] for track in result["tracks"]]
        self.assertEqual([track["name"] for track in result["tracks"]], ["one", "three", "two"])
        self.assertAlmostEqual(result["mean"]["sdr"], numpy.mean(means))
        self.assertAlmostEqual(result["median"]["sdr"], numpy.median(means))

    def test_windows_and_stereo(self):
        self.stems("refs", frames=24000, channels=2)
        self.stems("ests", frames=24000, channels=2, error=0.2)
        for metric in ("v3", "images", "v4"):
            source = self.evaluate("--metric", metric, "--window", "1", "--hop", "0.5")["tracks"][0]["sources"][0]
            self.assertEqual(len(source["windows"]), 5, metric)
            self.assertAlmostEqual(source["sdr"], numpy.median([window["sdr"] for window in source["windows"]]))
            self.assertIsNotNone(source["isr"])

    def test_identical_and_silent_sounds_have_defined_scores(self):
        self.stems("refs")
        self.stems("ests")
        self.write("refs/silent.wav", numpy.zeros((8000, 1)), subtype="FLOAT")
        self.write("ests/silent.wav", numpy.zeros((8000, 1)), subtype="FLOAT")
        sources = {source["reference"]: source for source in self.evaluate("--metric", "images")["tracks"][0]["sources"]}
        self.assertEqual(sources["low"]["sdr"], "inf")
        self.assertIsNone(sources["silent"]["sdr"])

    def test_the_table_and_csv(self):
        self.stems("refs")
        self.stems("ests", error=0.1)
        flags = ["evaluate", "--reference", "refs", "--estimate", "ests"]
        self.assertIn(b"mean", self.run_divisi(*flags).stdout)
        rows = list(csv.DictReader(io.StringIO(self.run_divisi(*flags, "--csv").stdout.decode())))
        self.assertEqual([row["reference"] for row in rows], ["high", "low"])
        self.assertAlmostEqual(float(rows[0]["sdr_db"]), self.evaluate()["tracks"][0]["sources"][0]["sdr"])

    def test_ideal_masks_stand_above_the_mixture(self):
        self.write("refs/tone.wav", tones(2.0), subtype="FLOAT")
        self.write("refs/noise.wav", 0.1 * numpy.random.RandomState(1).randn(16000, 1), subtype="FLOAT")
        run = self.run_divisi("evaluate", "--reference", "refs", "--oracle", "--json")
        track = json.loads(run.stdout)["tracks"][0]
        scores = {kind: track[kind]["mean"]["sdr"] for kind in ("mix", "irm1", "irm2", "ibm")}
        self.assertTrue(all(scores[kind] > scores["mix"] + 5.0 for kind in ("irm1", "irm2", "ibm")), scores)

    def refused(self, code, *parts):
        run = self.run_divisi("evaluate", "--reference", "refs", "--estimate", "ests", expect=code)
        self.assert_one_error(run, "expected", "got", *parts)

    def test_folders_that_do_not_fit(self):
        self.refused(3, "refs")
        self.stems("refs")
        self.refused(3, "ests")
        self.stems("ests", names=("low",))
        self.refused(3, "ests", "2 stems")
        self.stems("ests", names=("low", "high"), frames=7999)
        self.refused(2, "8000 frames", "7999 frames")
        self.stems("ests", rate=16000)
        self.refused(2, "8000 Hz", "16000 Hz")
        self.stems("ests", channels=2)
        self.refused(2, "2 channel(s)")
        self.stems("ests")
        (self.work / "ests/low.wav").write_text("not audio")
        self.refused(3, "low.wav")
        self.stems("refs", frames=100)
        self.stems("ests", frames=100)
        self.refused(2, "512")

    def test_flags_that_do_not_fit(self):
        for flags in (["evaluate"], ["evaluate", "--reference", "refs"],
                      ["evaluate", "--reference", "refs", "--estimate", "ests", "--oracle"],
                      ["evaluate", "--reference", "refs", "--estimate", "ests", "--hop", "1"],
                      ["evaluate", "--reference", "refs", "--estimate", "ests", "--metric", "v5"]):
            self.assert_one_error(self.run_divisi(*flags, expect=2), "expected")


if __name__ == "__main__":
    unittest.main()
