# SPDX-License-Identifier: Apache-2.0
"""divisi separate: its files, flags and messages."""
import html
import io
import json
import shlex
import shutil
import subprocess
import unittest

import numpy
import soundfile

from program import DIVISI, QUICK, ProgramTest, tones


class Separate(ProgramTest):
    def test_writes_the_documented_files(self):
        self.write("mix.wav", tones())
        run = self.run_divisi("separate", "mix.wav", *QUICK, "--factors")
        self.assertEqual(self.files(), ["mix/1.wav", "mix/2.wav", "mix/factors.npz", "mix/manifest.json",
                                        "mix/report.html"])
        self.assertIn(b"separated/mix/report.html", run.stdout)
        self.assertEqual(run.stderr, b"")

    def test_the_defaults_work(self):
        mixture = self.write("mix.wav", tones(2.0))
        self.run_divisi("separate", "mix.wav")
        self.assert_null(mixture, "separated/mix")

    def test_panned_stereo_is_told_from_mono_and_adds_up(self):
        t = numpy.arange(16000) / 8000.0
        low = 0.3 * numpy.sin(2 * numpy.pi * 440 * t) * numpy.abs(numpy.sin(9 * t))
        high = 0.3 * numpy.sin(2 * numpy.pi * 1500 * t) * numpy.abs(numpy.cos(7 * t))
        sounds = {"panned": (numpy.stack([low + 0.2 * high, 0.2 * low + high], axis=1), "panning"),
                  "same": (numpy.stack([low + high, low + high], axis=1), "off")}
        for name, (sound, way) in sounds.items():
            soundfile.write(self.work / f"{name}.wav", sound, 8000)
            self.run_divisi("separate", f"{name}.wav", *QUICK)
            manifest = json.loads((self.work / f"separated/{name}/manifest.json").read_text())
            self.assertEqual(manifest["parameters"]["spatial"], way)
            self.assertIn(f"--spatial {way}: ", (self.work / f"separated/{name}/report.html").read_text())
            mixture, _ = soundfile.read(self.work / f"{name}.wav")
            stems = sum(soundfile.read(path)[0] for path in (self.work / f"separated/{name}").glob("*.wav"))
            self.assertEqual(numpy.abs(mixture - stems).max(), 0.0)

    def test_drums_and_notes_are_told_apart_with_a_confidence(self):
        t = numpy.arange(2 * 8000) / 8000.0
        strokes = 0.6 * numpy.random.default_rng(1).uniform(-1, 1, len(t)) * numpy.exp(-(t % 0.4) / 0.02)
        notes = 0.3 * sum(numpy.sin(2 * numpy.pi * f * t) * (numpy.floor(t / 0.5) % 4 == k)
                           for k, f in enumerate((330, 440, 550, 660)))
        soundfile.write(self.work / "mix.wav", strokes + notes, 8000)
        self.run_divisi("separate", "mix.wav", "--sources", 2)
        manifest = json.loads((self.work / "separated/mix/manifest.json").read_text())
        for source in manifest["sources"]:
            self.assertIn("alike in kind and timbre", source["reason"])
            self.assertTrue(0.0 <= source["confidence"] <= 1.0, source)
        self.assertIn("; confidence 0.", (self.work / "separated/mix/report.html").read_text())
        stems = [soundfile.read(self.work / f"separated/mix/{s}.wav")[0] for s in (1, 2)]
        likeness = numpy.abs(numpy.corrcoef([strokes, notes, *stems])[:2, 2:])
        self.assertNotEqual(*likeness.argmax(axis=1))
        self.assertGreater(likeness.max(axis=1).min(), 0.7)

    def test_a_voice_is_asked_for(self):
        t = numpy.arange(3 * 16000) / 16000.0
        phase = 2 * numpy.pi * numpy.cumsum(220 * 2 ** (numpy.sin(2 * numpy.pi * 3 * t) / 12)) / 16000
        voice = 0.1 * sum(numpy.sin(h * phase) / h for h in range(1, 12))
        chords = 0.1 * sum(numpy.sin(2 * numpy.pi * f * t) * numpy.exp(-4 * (t % 0.5)) for f in (131, 165, 196, 392))
        soundfile.write(self.work / "mix.wav", voice + chords, 16000)
        self.run_divisi("separate", "mix.wav", "--init", "voice", "--names", "voice,music")
        manifest = json.loads((self.work / "separated/mix/manifest.json").read_text())
        self.assertIn("a voice, by source and filter", manifest["sources"][0]["reason"])
        stems = [soundfile.read(self.work / f"separated/mix/{s}.wav")[0] for s in ("voice", "music")]
        self.assertGreater(numpy.corrcoef(stems[0], voice)[0, 1], 0.9)
        self.assertGreater(numpy.corrcoef(stems[1], chords)[0, 1], 0.7)

    def test_a_voice_among_three_panned_sources_is_followed(self):
        t = numpy.arange(5 * 16000) / 16000.0
        note = 4 * numpy.floor(t % 3) + numpy.sin(2 * numpy.pi * 2.2 * t)
        phase = 2 * numpy.pi * numpy.cumsum(190 * 2 ** (note / 12)) / 16000
        voice = 0.1 * (t % 1.5 < 1.2) * sum(numpy.sin(h * phase) / h for h in range(1, 20))
        strokes = 0.2 * numpy.random.default_rng(1).uniform(-1, 1, len(t)) * numpy.exp(-(t % 0.4) / 0.04)
        bass = 0.1 * numpy.exp(-2 * (t % 1)) * sum(numpy.sin(2 * numpy.pi * (55 + 18 * (t % 2 > 1)) * h * t) / h
                                                   for h in range(1, 6))
        both = [voice + 0.8 * strokes + bass, voice + 1.2 * strokes + 0.9 * bass]
        soundfile.write(self.work / "stereo.wav", numpy.stack(both, axis=1), 16000)
        soundfile.write(self.work / "mono.wav", both[0], 16000)
        for name, *flags in (("stereo", "--spatial", "panning", "--init", "voice"), ("mono",)):
            self.run_divisi("separate", f"{name}.wav", "--sources", 3, *flags)
            manifest = json.loads((self.work / f"separated/{name}/manifest.json").read_text())
            self.assertIn("a voice, by source and filter", manifest["sources"][0]["reason"])
            self.assertEqual(manifest["parameters"]["init"], "voice")
            self.assertEqual(manifest["parameters"]["spatial"], "panning" if flags else "off")
            stems = [soundfile.read(self.work / f"separated/{name}/{s}.wav", always_2d=True)[0][:, 0] for s in (1, 2, 3)]
            self.assertGreater(numpy.corrcoef(stems[0], voice)[0, 1], 0.85)
            self.assertLess(numpy.abs(sum(stems) - both[0]).max(), 1e-3)

    def test_factors_open_in_numpy(self):
        self.write("mix.wav", tones())
        self.run_divisi("separate", "mix.wav", *QUICK, "--factors", "--names", "düster,hell")
        with numpy.load(self.work / "separated/mix/factors.npz") as factors:
            self.assertEqual(factors["W"].shape, (129, 3))
            self.assertEqual(factors["H"].shape[0], 3)
            self.assertEqual(factors["times_s"].shape, (factors["H"].shape[1],))
            self.assertAlmostEqual(factors["frequencies_hz"][-1], 4000.0)
            self.assertEqual(json.loads(str(factors["config"]))["names"], "düster,hell")
            self.assertEqual(list(factors["cost"][:, 0]), [0.0, 10.0])
            numpy.testing.assert_allclose(factors["W"].sum(axis=0), 1.0, rtol=1e-5)

    def test_factors_of_a_logarithmic_axis_have_its_frequencies(self):
        self.write("mix.wav", tones())
        self.run_divisi("separate", "mix.wav", *QUICK, "--factors", "--frequency", "log", "--fmin", "100",
                        "--bins-per-octave", "12")
        with numpy.load(self.work / "separated/mix/factors.npz") as factors:
            frequencies = factors["frequencies_hz"]  # five octaves and a bit, from 100 to 4000 Hz
            numpy.testing.assert_allclose(frequencies, 100.0 * 2.0 ** ((numpy.arange(63) + 0.5) / 12.0))
            self.assertEqual(factors["W"].shape, (63, 3))
        parameters = json.loads((self.work / "separated/mix/manifest.json").read_text())["parameters"]
        self.assertEqual([parameters[name] for name in ("frequency", "fmin", "fmax")], ["log", 100.0, 4000.0])

    def test_factors_of_shapes_that_last_and_move_have_three_dimensions(self):
        self.write("mix.wav", tones())
        quick = ["--fft", "256", "--iterations", "10", "--restarts", "1", "--factors", "--no-report", "--force"]
        for flags, shape_of_w, shape_of_h in ((["--model", "nmfd"], (8, 129, 2), (2,)),
                                              (["--model", "nmf2d"], (4, 227, 2), (36, 2)),
                                              (["--model", "nmf2d", "--time-shifts", "1", "--pitch-shifts", "3"], (1, 227, 2), (3, 2))):
            self.run_divisi("separate", "mix.wav", *quick, *flags)
            with numpy.load(self.work / "separated/mix/factors.npz") as factors:
                self.assertEqual(factors["W"].shape, shape_of_w)
                self.assertEqual(factors["H"].shape[:-1], shape_of_h)
                numpy.testing.assert_allclose(factors["W"].sum(axis=(0, 1)), 1.0, rtol=1e-4)

    def test_a_start_of_shapes_that_move_comes_from_a_file(self):
        self.write("mix.wav", tones())
        flags = ["--fft", "256", "--restarts", "1", "--model", "nmf2d", "--factors", "--no-report"]
        self.run_divisi("separate", "mix.wav", *flags, "--iterations", "20", "--tolerance", "0")
        (self.work / "separated/mix/factors.npz").rename(self.work / "start.npz")
        self.run_divisi("separate", "mix.wav", *flags, "--init", "start.npz")
        manifest = json.loads((self.work / "separated/mix/manifest.json").read_text())
        with numpy.load(self.work / "start.npz") as start:
            self.assertAlmostEqual(manifest["factorization"]["first_cost"] / start["cost"][-1, 1], 1.0, places=4)
        self.assertEqual(manifest["parameters"]["components"], 2)
        run = self.run_divisi("separate", "mix.wav", *flags, "--time-shifts", "3", "--init", "start.npz", expect=3)
        self.assertIn(b"start.npz: expected a W of 3 time shifts, got 4", run.stderr)

    def test_the_manifest_says_what_was_done(self):
        self.write("mix.wav", tones())
        self.run_divisi("separate", "mix.wav", *QUICK, "--seed", "7")
        manifest = json.loads((self.work / "separated/mix/manifest.json").read_text())
        self.assertEqual(manifest["seed"], 7)
        self.assertEqual(manifest["parameters"]["hop"], 64)
        self.assertEqual(manifest["parameters"]["frequency"], "linear")
        self.assertIsNone(manifest["parameters"]["fmax"])
        self.assertEqual(manifest["factorization"]["stop"], "iterations")
        self.assertGreater(manifest["factorization"]["first_cost"], manifest["factorization"]["last_cost"])
        self.assertEqual(len(manifest["input"]["sha256"]), 64)
        self.assertEqual([output["kind"] for output in manifest["outputs"]], ["stem", "stem", "report"])

    def test_the_reports_command_gives_the_same_bytes(self):
        self.write("my mix's.wav", tones())
        self.run_divisi("separate", "my mix's.wav", *QUICK, "--mask-exponent", "2", "--no-factors", "--names", "a b,c")
        page = (self.work / "separated/my mix's/report.html").read_text()
        command = shlex.split(html.unescape(page.split("<pre")[1].split("<code>")[1].split("</code>")[0]))
        before = {name: (self.work / "separated" / name).read_bytes() for name in self.files()}
        shutil.rmtree(self.work / "separated")
        self.assertEqual(command[0], "divisi")
        subprocess.run([DIVISI, *command[1:]], cwd=self.work, check=True, stdout=subprocess.DEVNULL)
        self.assertEqual({name: (self.work / "separated" / name).read_bytes() for name in self.files()}, before)

    def test_names_only_and_without(self):
        mixture = self.write("mix.wav", tones())
        self.run_divisi("separate", "mix.wav", *QUICK, "--names", "low,high", "--only", "high", "--no-report")
        self.assertEqual(self.files(), ["mix/high.wav", "mix/manifest.json", "mix/residual.wav"])
        self.assert_null(mixture, "separated/mix")
        self.run_divisi("separate", "mix.wav", *QUICK, "--names", "low,high", "--without", "2", "--no-report")
        self.assertEqual(self.files(), ["mix/low.wav", "mix/manifest.json", "mix/residual.wav"])

    def test_groups_by_hand(self):
        mixture = self.write("mix.wav", tones())
        tracks = self.separate_json("mix.wav", "--fft", 256, "--components", 4, "--group", "1,3", "--group", "2")
        sources = tracks["tracks"][0]["manifest"]["sources"]
        self.assertEqual([source["components"] for source in sources], [[1, 3], [2]])
        self.assertIn("mix/residual.wav", self.files())
        self.assert_null(mixture, "separated/mix")

    def test_a_name_template(self):
        self.write("mix.wav", tones())
        self.run_divisi("separate", "mix.wav", *QUICK, "--name", "{track}_{stem}.{ext}", "-o", "flat")
        self.assertEqual(self.files("flat"), ["mix_1.wav", "mix_2.wav", "mix_manifest.json", "mix_report.html"])

    def test_standard_input_and_output(self):
        mixture = self.write("mix.wav", tones())
        run = self.run_divisi("separate", "-", "-o", "-", *QUICK, "--only", "1", input=mixture.read_bytes())
        samples, rate = soundfile.read(io.BytesIO(run.stdout), always_2d=True)
        self.assertEqual((samples.shape, rate), ((8000, 1), 8000))
        self.run_divisi("separate", "-", *QUICK, input=mixture.read_bytes())
        self.assertIn("stdin/1.wav", self.files())
        stem, _ = soundfile.read(self.work / "separated/stdin/1.wav", always_2d=True)
        numpy.testing.assert_array_equal(stem, samples)

    def test_a_stretch(self):
        self.write("mix.wav", tones(3.0))
        self.run_divisi("separate", "mix.wav", *QUICK, "--start", "0:01", "--end", "2.5")
        self.assertEqual(soundfile.info(self.work / "separated/mix/1.wav").frames, 12000)

    def test_formats(self):
        self.write("mix.wav", tones(rate=44100), rate=44100)
        for container in ("flac", "ogg", "mp3"):
            self.run_divisi("separate", "mix.wav", *QUICK, "--format", container, "-o", container)
            self.assertEqual(soundfile.info(self.work / container / f"mix/1.{container}").frames, 44100)
        self.assert_null_of_formats()

    def assert_null_of_formats(self):
        mixture, _ = soundfile.read(self.work / "mix.wav")
        stems = [soundfile.read(self.work / f"flac/mix/{name}.flac")[0] for name in (1, 2)]
        self.assertEqual(abs(sum(stems) - mixture).max(), 0.0)

    def test_a_batch_skips_what_is_done(self):
        for name in ("a.wav", "b.wav"):
            self.write(name, tones())
        self.separate_json("a.wav", *QUICK)
        tracks = self.separate_json("a.wav", "b.wav", *QUICK)["tracks"]
        self.assertEqual([track["status"] for track in tracks], ["skipped", "done"])
        tracks = self.separate_json("a.wav", "b.wav", *QUICK, "--force")["tracks"]
        self.assertEqual([track["status"] for track in tracks], ["done", "done"])

    def test_progress_as_json_lines(self):
        self.write("mix.wav", tones())
        run = self.run_divisi("separate", "mix.wav", *QUICK, "--progress", "json")
        lines = [json.loads(line) for line in run.stderr.decode().splitlines()]
        self.assertEqual({line["stage"] for line in lines}, {"read", "transform", "factorize", "write"})
        self.assertTrue(all(0.0 <= line["fraction"] <= 1.0 for line in lines))

    def test_quiet_says_nothing(self):
        self.write("mix.wav", tones())
        run = self.run_divisi("separate", "mix.wav", *QUICK, "-q")
        self.assertEqual((run.stdout, run.stderr), (b"", b""))

    def test_factors_of_one_recording_start_another(self):
        self.write("mix.wav", tones())
        self.run_divisi("separate", "mix.wav", *QUICK, "--factors")
        shutil.copy(self.work / "separated/mix/factors.npz", self.work / "kit.npz")
        tracks = self.separate_json("mix.wav", "--fft", 256, "--fix-w", "kit.npz", "--sources", 2, "--factors", "-o", "two")
        self.assertEqual(tracks["tracks"][0]["manifest"]["parameters"]["components"], 3)
        with numpy.load(self.work / "kit.npz") as kit, numpy.load(self.work / "two/mix/factors.npz") as found:
            numpy.testing.assert_allclose(found["W"], kit["W"], rtol=1e-6, atol=1e-12)


class Help(ProgramTest):
    def test_every_screen_fits(self):
        for command in ([], ["separate"], ["factorize"], ["evaluate"], ["doctor"]):
            text = self.run_divisi(*command, "--help").stdout.decode()
            lines = text.splitlines()
            self.assertLessEqual(len(lines), 60, command)
            self.assertLessEqual(max(map(len, lines)), 120, command)

    def test_the_screen_of_separate_names_every_parameter(self):
        text = self.run_divisi("separate", "--help").stdout.decode()
        self.write("mix.wav", tones())
        self.run_divisi("separate", "mix.wav", *QUICK)
        manifest = json.loads((self.work / "separated/mix/manifest.json").read_text())
        for name in manifest["parameters"]:
            self.assertTrue(f"--{name}" in text or f"--no-{name}" in text, name)

    def test_doctor_and_version(self):
        facts = json.loads(self.run_divisi("doctor", "--json").stdout)
        self.assertIn(facts["divisi"].encode(), self.run_divisi("--version").stdout)
        for key in ("processor", "threads", "fft", "linear_algebra", "audio_files", "ffmpeg"):
            self.assertTrue(facts[key], key)


if __name__ == "__main__":
    unittest.main()
