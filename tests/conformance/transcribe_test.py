# SPDX-License-Identifier: Apache-2.0
"""divisi transcribe and divisi evaluate --notes: files, formats, refusals; what it finds in a known melody."""
import csv
import json
import signal
import time
import unittest

import numpy

from program import ProgramTest

MELODY = [(0.2 + 0.3 * i, 0.25, pitch, 90) for i, pitch in enumerate((64, 59, 60, 62, 60, 59, 57, 57, 60, 64))]


def played(notes, seconds, rate=22050):
    """Plucked strings of eight harmonics."""
    samples = numpy.zeros(int(seconds * rate))
    for onset, duration, pitch, velocity in notes:
        time_s = numpy.arange(int((duration + 0.04) * rate)) / rate
        release = numpy.minimum(1.0, (duration + 0.04 - time_s) / 0.04)
        hz = 440.0 * 2.0 ** ((pitch - 69) / 12.0)
        tone = sum(numpy.sin(2 * numpy.pi * h * hz * time_s) / h for h in range(1, 9))
        begin = int(onset * rate)
        samples[begin:begin + len(time_s)] += 0.1 * velocity / 127.0 * tone * numpy.exp(-2.0 * time_s) * release
    return samples


class Transcribe(ProgramTest):
    def melody(self, name="tune.wav", **options):
        self.write(name, played(MELODY, 3.6), 22050, **options)
        with open(self.work / "true.csv", "w", encoding="utf-8") as file:
            file.write("stem,velocity,midi,duration_s,onset_s\n")
            for onset, duration, pitch, velocity in MELODY:
                file.write(f"x,{velocity},{pitch},{duration},{onset}\n")

    def score(self, estimate, reference="true.csv"):
        run = self.run_divisi("evaluate", "--notes", reference, "--estimate", estimate, "--json")
        return json.loads(run.stdout)

    def test_a_melody_in_every_format(self):
        self.melody()
        listing = self.run_divisi("transcribe", "tune.wav").stdout.decode()
        self.assertIn("10 notes", listing)
        self.assertRegex(listing, r"E4 +3(29|3[01])\.\d")
        self.assertEqual(self.files(""), ["true.csv", "tune.mid", "tune.wav"])
        for name in ("notes.csv", "notes.jams"):
            self.run_divisi("transcribe", "tune.wav", "-o", name, "-q")
        for name in ("tune.mid", "notes.csv", "notes.jams"):
            score = self.score(name)
            self.assertGreater(score["onsets"]["f_measure"], 0.98, name)
            self.assertGreater(score["onsets_and_offsets"]["f_measure"], 0.85, name)
        rows = list(csv.DictReader((self.work / "notes.csv").read_text().splitlines()))
        self.assertEqual(list(rows[0]), ["onset_s", "duration_s", "midi", "velocity"])
        jams = json.loads((self.work / "notes.jams").read_text())
        self.assertEqual(jams["annotations"][0]["namespace"], "note_midi")
        self.assertEqual(len(jams["annotations"][0]["data"]), 10)
        self.assertEqual(self.score("notes.csv", "tune.mid")["onsets"]["f_measure"], 1.0)

    def test_json_report_and_a_stretch(self):
        self.melody()
        whole = json.loads(self.run_divisi("transcribe", "tune.wav", "--json", "--report").stdout)
        self.assertEqual(whole["files"], ["tune.mid", "tune.html"])
        self.assertIn("Piano roll", (self.work / "tune.html").read_text())
        note = whole["notes"][0]
        self.assertEqual((note["name"], note["midi"]), ("E4", 64))
        part = json.loads(self.run_divisi("transcribe", "tune.wav", "--json", "--start", "1.6", "-o", "part.mid").stdout)
        self.assertEqual([n["midi"] for n in part["notes"]], [n["midi"] for n in whole["notes"][5:]])
        for found, expected in zip(part["notes"], whole["notes"][5:]):
            self.assertAlmostEqual(found["onset_s"], expected["onset_s"], delta=0.03)

    def test_standard_input_and_threads(self):
        self.melody()
        with open(self.work / "tune.wav", "rb") as file:
            self.run_divisi("transcribe", "-", "-o", "a.mid", "--threads", "1", stdin=file)
        self.run_divisi("transcribe", "tune.wav", "-o", "b.mid", "--threads", "3")
        self.assertEqual((self.work / "a.mid").read_bytes(), (self.work / "b.mid").read_bytes())

    def test_sounds_without_notes(self):
        self.write("silence.wav", numpy.zeros(8000))
        run = self.run_divisi("transcribe", "silence.wav")
        self.assertIn(b"digital silence", run.stderr)
        self.assertIn(b"0 notes", run.stdout)
        self.write("noise.wav", 0.1 * numpy.random.RandomState(1).randn(16000, 2), 16000)
        self.assertIn(b"noise.wav: 0 notes", self.run_divisi("transcribe", "noise.wav").stdout)
        self.write("one.wav", numpy.ones(1))
        self.run_divisi("transcribe", "one.wav", "--report")

    def test_nothing_is_replaced_that_was_not_named(self):
        self.melody()
        (self.work / "tune.mid").write_text("mine")
        self.assert_one_error(self.run_divisi("transcribe", "tune.wav", expect=4), "tune.mid", "--force")
        self.assertEqual((self.work / "tune.mid").read_text(), "mine")
        self.run_divisi("transcribe", "tune.wav", "--force")
        self.run_divisi("transcribe", "tune.wav", "-o", "tune.mid")
        self.assertGreater(self.score("tune.mid")["onsets"]["f_measure"], 0.98)
        (self.work / "tune.html").write_text("mine")
        self.assert_one_error(self.run_divisi("transcribe", "tune.wav", "-o", "tune.mid", "--report", expect=4), "tune.html")
        self.assertEqual((self.work / "tune.html").read_text(), "mine")
        for force in (["--force"], []):
            self.run_divisi("transcribe", "tune.wav", "-o", "tune.mid", "--report", *force)
        self.write("odd.csv", numpy.zeros(100), 8000, format="WAV")
        self.assert_one_error(self.run_divisi("transcribe", "odd.csv", "-o", "odd.csv", expect=4), "recording")

    def test_refusals(self):
        self.melody()
        (self.work / "bad.wav").write_text("not audio")
        for code, arguments, part in (
                (2, [], "one recording"), (2, ["tune.wav", "tune.wav"], "one recording"),
                (2, ["tune.wav", "-o", "x.txt"], ".mid, .jams or .csv"), (2, ["tune.wav", "-o", "-"], "output"),
                (2, ["tune.wav", "--threshold", "3"], "threshold"), (2, ["tune.wav", "--dictionary", "x.npz"], "--dictionary"),
                (2, ["tune.wav", "--start", "9"], "start"), (3, ["bad.wav"], "bad.wav"), (3, ["none.wav"], "none.wav"),
                (4, ["tune.wav", "-o", "true.csv/x.mid"], "true.csv")):
            self.assert_one_error(self.run_divisi("transcribe", *arguments, expect=code), part)
        self.assertEqual(self.files(""), ["bad.wav", "true.csv", "tune.wav"])
        error = json.loads(self.run_divisi("transcribe", "bad.wav", "--json", expect=3).stdout)["error"]
        self.assertEqual(error["exit_code"], 3)

    def test_an_interrupt_leaves_nothing(self):
        self.write("long.wav", numpy.tile(played(MELODY, 3.6), 150), 22050)
        process = self.start_divisi("transcribe", "long.wav", "--threads", "1", "--progress", "json")
        while b"factorize" not in process.stderr.readline():
            pass
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertLess(time.monotonic() - begin, 10.0)
        self.assertEqual(self.files(""), ["long.wav"])


class EvaluateNotes(ProgramTest):
    def notes(self, name, *rows):
        (self.work / name).write_text("onset_s,duration_s,midi,velocity\n" + "".join(f"{row}\n" for row in rows))

    def test_scores_and_their_formats(self):
        self.notes("true.csv", "0,1,60,64", "1,1,62,64", "2,1,64,64")
        self.notes("found.csv", "0.04,0.98,60,64", "1.06,1,62,64", "2,0.5,64,64", "3,1,70,64")
        flags = ["evaluate", "--notes", "true.csv", "--estimate", "found.csv"]
        result = json.loads(self.run_divisi(*flags, "--json").stdout)
        self.assertEqual(result["onsets"]["matched"], 2)
        self.assertAlmostEqual(result["onsets"]["precision"], 2 / 4)
        self.assertAlmostEqual(result["onsets"]["recall"], 2 / 3)
        self.assertEqual(result["onsets_and_offsets"]["matched"], 1)
        self.assertIn(b"0.5000    0.6667    0.5714", self.run_divisi(*flags).stdout)
        rows = list(csv.DictReader(self.run_divisi(*flags, "--csv").stdout.decode().splitlines()))
        self.assertAlmostEqual(float(rows[0]["f_measure"]), result["onsets"]["f_measure"])

    def test_refusals(self):
        self.notes("true.csv", "0,1,60,64")
        self.notes("bad.csv", "0,1,sixty,64")
        (self.work / "bad.mid").write_bytes(b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60MTrk\xff\xff\xff\xff")
        (self.work / "bad.jams").write_text("{}")
        for code, flags, part in (
                (3, ["--estimate", "bad.csv"], "bad.csv, line 2"), (3, ["--estimate", "bad.mid"], "bad.mid"),
                (3, ["--estimate", "bad.jams"], "bad.jams"), (3, ["--estimate", "none.csv"], "none.csv"),
                (2, ["--estimate", "."], ".mid, .jams or .csv"), (2, ["--estimate", "x.txt"], "x.txt"), (2, [], "--estimate"),
                (2, ["--estimate", "true.csv", "--reference", "."], "--reference"),
                (2, ["--estimate", "true.csv", "--metric", "v4"], "metric")):
            self.assert_one_error(self.run_divisi("evaluate", "--notes", "true.csv", *flags, expect=code), part)


if __name__ == "__main__":
    unittest.main()
