# SPDX-License-Identifier: Apache-2.0
"""divisi separate --score: stems of notes that are known, names, refusals."""
import unittest

import numpy
import soundfile

from program import ProgramTest

RATE = 16000
NOTES = {"low": [(0.3, 0.6, 60), (1.5, 0.6, 64)], "high": [(0.6, 0.6, 79), (1.8, 0.6, 76)]}
HEAD = "track,onset_s,duration_s,midi\n"


def played(notes, seconds=3.0):
    samples = numpy.zeros(int(seconds * RATE))
    for onset, duration, pitch in notes:
        time = numpy.arange(int(duration * RATE)) / RATE
        hz = 440.0 * 2.0 ** ((pitch - 69) / 12.0)
        tone = sum(numpy.sin(2 * numpy.pi * h * hz * time) / h for h in range(1, 6))
        samples[int(onset * RATE):][:len(time)] += 0.1 * tone * numpy.exp(-3.0 * time) * numpy.minimum(1.0, (duration - time) / 0.05)
    return samples


class Score(ProgramTest):
    def setUp(self):
        super().setUp()
        self.stems = {name: played(notes) for name, notes in NOTES.items()}
        self.write("mix.wav", sum(self.stems.values()), RATE, subtype="FLOAT")

    def notes(self, late=0.0):
        lines = [f"{name},{onset + late},{duration},{pitch}\n" for name, notes in NOTES.items() for onset, duration, pitch in notes]
        (self.work / "notes.csv").write_text(HEAD + "".join(lines))

    def sdr(self, name):
        found, _ = soundfile.read(self.work / "separated/mix" / f"{name}.wav")
        true = self.stems[name]
        return 10 * numpy.log10((true ** 2).sum() / ((true - found) ** 2).sum())

    def refusal(self, *flags, expect=2):
        run = self.run_divisi("separate", "mix.wav", *flags, expect=expect)
        self.assertEqual(run.stderr.count(b"\n"), 1)
        return run.stderr.decode()

    def test_a_stem_a_track_even_where_notes_are_late(self):
        for late, least in ((0.0, 14.0), (0.15, 10.0), (-0.15, 10.0)):
            self.notes(late)
            self.run_divisi("separate", "mix.wav", "--score", "notes.csv")  # changed notes are not up to date
            for name in NOTES:
                self.assertGreater(self.sdr(name), least, (name, late))
        report = (self.work / "separated/mix/report.html").read_text()
        self.assertIn("C4 (tone 1, attack 2)", report)

    def test_a_stem_a_pitch(self):
        self.notes()
        self.run_divisi("separate", "mix.wav", "--score", "notes.csv", "--by", "pitch", "--only", "C4,G5")
        self.assertEqual(self.files(), ["mix/C4.wav", "mix/G5.wav", "mix/manifest.json", "mix/report.html", "mix/residual.wav"])

    def test_midi_from_transcribe(self):
        self.run_divisi("transcribe", "mix.wav", "-o", "notes.mid")
        result = self.separate_json("mix.wav", "--score", "notes.mid", "--by", "pitch")
        names = {source["name"] for source in result["tracks"][0]["manifest"]["sources"]}
        self.assertLessEqual({"C4", "G5"}, names)

    def test_what_cannot_be(self):
        def write(text, name="bad.csv"):
            (self.work / name).write_bytes(text.encode())
            return ["--score", name]
        self.assertIn("expected notes, got none", self.refusal(*write(HEAD), expect=3))
        self.assertIn("a note within the recording", self.refusal(*write(HEAD + "a,60,1,60\n")))
        self.assertIn("got C9", self.refusal(*write(HEAD + "a,1,1,120\n")))
        self.refusal(*write("MThd nothing", "bad.mid"), expect=3)
        self.refusal("--score", "none.mid", expect=3)
        self.refusal("--score", "notes.txt")
        self.refusal("--by", "pitch")
        self.refusal(*write(HEAD + "a,1,1,60\n"), "--components", "7")
        self.refusal(*write(HEAD + "a,1,1,60\n"), "--model", "nmf2d")

    def test_notes_beyond_the_end_are_silent_stems(self):
        (self.work / "notes.csv").write_text(HEAD + "a,0.3,1,60\nb,100,1,64\n")
        self.run_divisi("separate", "mix.wav", "--score", "notes.csv")
        self.assertEqual([f for f in self.files() if f.endswith("wav")], ["mix/a.wav", "mix/b.wav"])


if __name__ == "__main__":
    unittest.main()
