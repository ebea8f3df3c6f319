# SPDX-License-Identifier: Apache-2.0
"""What divisi separate promises of every result: sums, length, depth, bytes, memory."""
import os
import subprocess
import unittest

import numpy
import soundfile

from program import DIVISI, QUICK, ProgramTest, tones


class Promises(ProgramTest):
    def test_stems_sum_to_the_input_for_every_depth_and_channel_count(self):
        for subtype in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"):
            for channels in (1, 2, 6):
                with self.subTest(subtype=subtype, channels=channels):
                    mixture = self.write("mix.wav", tones(channels=channels), subtype=subtype)
                    self.run_divisi("separate", "mix.wav", *QUICK, "--no-report", "--force")
                    self.assert_null(mixture, "separated/mix")
                    self.assertEqual(self.files(), ["mix/1.wav", "mix/2.wav", "mix/manifest.json"])

    def test_stems_sum_to_the_input_for_every_mask_window_and_rate(self):
        mixture = self.write("mix.wav", tones(channels=2), subtype="PCM_24")
        for flags in (["--mask", "binary"], ["--mask", "none"], ["--mask-exponent", 2], ["--window", "sqrt-hann"],
                      ["--window", "hamming"], ["--window", "blackman"], ["--window", "rectangular", "--hop", 256],
                      ["--rate", 5512], ["--rate", 16000], ["--hop", 100], ["--power", 2, "--beta", 0],
                      ["--fft", 255, "--hop", 60], ["--frequency", "log"],
                      ["--frequency", "log", "--bins-per-octave", 5, "--fmin", 300, "--fmax", 1000, "--mask", "binary"],
                      ["--model", "nmfd"], ["--model", "nmf2d"], ["--model", "nmf2d", "--rate", 5512]):
            with self.subTest(flags=flags):
                self.run_divisi("separate", "mix.wav", *QUICK, *flags, "--no-report")
                self.assert_null(mixture, "separated/mix")

    def test_odd_lengths_and_rates_are_kept_to_the_sample(self):
        for frames, rate in ((1, 8000), (255, 11025), (256, 7919), (257, 192000), (12345, 5512), (500, 70001)):
            with self.subTest(frames=frames, rate=rate):
                mixture = self.write("mix.wav", tones(2.5)[:frames], rate=rate)
                self.run_divisi("separate", "mix.wav", *QUICK)
                self.assert_null(mixture, "separated/mix")

    def test_scaling_the_input_scales_the_stems(self):
        stems = []
        for scale in (1.0, 1e-6, 1e6):
            self.write("mix.wav", scale * tones(), subtype="FLOAT")
            self.run_divisi("separate", "mix.wav", *QUICK)
            stems.append(soundfile.read(self.work / "separated/mix/1.wav")[0] / scale)
        numpy.testing.assert_allclose(stems[1], stems[0], atol=1e-4)
        numpy.testing.assert_allclose(stems[2], stems[0], atol=1e-4)

    def test_the_same_bytes_for_any_number_of_threads(self):
        self.write("mix.wav", tones(2.0, channels=2))
        results = []
        for folder, threads in (("one", 1), ("two", 2), ("again", 2)):
            self.run_divisi("separate", "mix.wav", "--fft", 512, "--components", 6, "--sources", 2, "--factors",
                            "--threads", threads, "-o", folder)
            results.append({name: (self.work / folder / name).read_bytes() for name in self.files(folder)})
        self.assertEqual(results[0], results[1])
        self.assertEqual(results[1], results[2])

    def test_another_seed_gives_another_result(self):
        self.write("mix.wav", tones())
        stems = []
        for seed in (0, 1):
            self.run_divisi("separate", "mix.wav", *QUICK, "--seed", seed)
            stems.append((self.work / "separated/mix/1.wav").read_bytes())
        self.assertNotEqual(stems[0], stems[1])

    def test_the_piano_triad_comes_apart_into_its_notes(self):
        """Three notes one after another, then together: each row of H switches on with one note."""
        example = os.path.join(os.path.dirname(__file__), "../../examples/piano_triad/mix.wav")
        recipe = ["--rate", 5512, "--fft", 512, "--hop", 256, "--power", 1, "--beta", 2]
        for seed in (0, 1, 2):
            self.run_divisi("separate", example, *recipe, "--components", 3, "--factors", "--seed", seed, "--no-report")
            with numpy.load(self.work / "separated/mix/factors.npz") as factors:
                H, times = factors["H"], factors["times_s"]
            alone = [(0.4, 1.5), (1.95, 3.05), (3.5, 4.6)]
            levels = numpy.array([[row[(times > a) & (times < b)].mean() for a, b in alone] for row in H])
            notes = levels.argmax(axis=1)
            self.assertEqual(sorted(notes), [0, 1, 2])
            for row, note in zip(levels, notes):
                self.assertLess(max(numpy.delete(row, note)), 0.05 * row[note])
            together = H[:, (times > 5.0) & (times < 7.0)].mean(axis=1)
            self.assertTrue((together > 0.2 * levels.max(axis=1)).all())

    def test_a_fourth_component_takes_the_hammers(self):
        example = os.path.join(os.path.dirname(__file__), "../../examples/piano_triad/mix.wav")
        self.run_divisi("separate", example, "--rate", 5512, "--fft", 512, "--hop", 256, "--power", 1, "--beta", 2,
                        "--components", 4, "--factors", "--no-report")
        with numpy.load(self.work / "separated/mix/factors.npz") as factors:
            H, times = factors["H"], factors["times_s"]
        onsets = [0.25, 1.8, 3.35, 4.9]
        near = numpy.any([(times > t - 0.1) & (times < t + 0.2) for t in onsets], axis=0)
        share = H[:, near].sum(axis=1) / H.sum(axis=1)
        self.assertEqual((share > 0.6).sum(), 1, share)  # one row sounds only where hammers fall

    @unittest.skipIf(os.environ.get("SANITIZED"), "a sanitizer has its own idea of memory")
    def test_ten_minutes_of_stereo_fit_into_1_5_gib(self):
        rate = 44100
        block = (tones(10.0, rate, 2) * 32767).astype("int16")
        with soundfile.SoundFile(self.work / "long.wav", "w", rate, 2, "PCM_16") as file:
            for _ in range(60):
                file.write(block)
        child = subprocess.Popen([DIVISI, "separate", "long.wav", "--iterations", "1", "--restarts", "1"], cwd=self.work)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(child.returncode, 0)
        self.assertLess(usage.ru_maxrss * 1024, 1.5 * 2**30)
        self.assertEqual(soundfile.info(self.work / "separated/long/1.wav").frames, 600 * rate)


if __name__ == "__main__":
    unittest.main()
