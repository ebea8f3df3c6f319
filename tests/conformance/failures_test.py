# SPDX-License-Identifier: Apache-2.0
"""What happens when something is wrong: exit codes, one line, nothing half-written, nothing lost."""
import json
import os
import signal
import subprocess
import time
import unittest

import numpy

from program import DIVISI, QUICK, ProgramTest, tones

SLOW = ["--fft", "512", "--components", "20", "--sources", "2", "--iterations", "1000000", "--tolerance", "0"]


class WrongUse(ProgramTest):
    def refused(self, *arguments, parts=()):
        run = self.run_divisi(*arguments, expect=2)
        self.assert_one_error(run, *parts)
        self.assertEqual(self.files(), [])

    def test_flags_and_values_that_do_not_exist(self):
        self.write("mix.wav", tones())
        for flag in ("--memory", "--plots", "--midi", "--nonsense"):
            self.refused("separate", "mix.wav", flag, "1", parts=[flag])
        self.refused("separate", "mix.wav", "--components", "0", parts=["components", "1..10000", "got 0"])
        self.refused("separate", "mix.wav", "--beta", "nan", parts=["beta"])
        self.refused("separate", "mix.wav", "--spatial", "panning", parts=["spatial", "one channel"])
        self.refused("separate", "mix.wav", "--mask", "soft", parts=["mask", "wiener, binary, none", "soft"])
        self.refused("separate", "mix.wav", "--hop", "2048", parts=["hop"])
        self.refused("separate", "mix.wav", "--model", "cnmf", parts=["model", "nmf, nmfd, nmf2d", "cnmf"])
        self.refused("separate", "mix.wav", "--time-shifts", "4", parts=["time-shifts", "--model nmf"])
        self.refused("separate", "mix.wav", "--model", "nmfd", "--pitch-shifts", "4", parts=["pitch-shifts", "--model nmfd"])
        self.refused("separate", "mix.wav", "--model", "nmf2d", "--frequency", "linear", parts=["frequency", "log", "linear"])
        self.refused("separate", "mix.wav", "--fmin", "60", parts=["fmin", "--frequency log"])
        for flags, parts in ((["--fmin", 4000], ["fmin", "below fmax", "4000 Hz"]),
                             (["--fmax", 4001], ["fmax", "4000 Hz", "4001 Hz"]),
                             (["--fmin", 3990], ["fmax", "a bin"]),
                             (["--bins-per-octave", 0], ["bins-per-octave", "got 0"])):
            self.refused("separate", "mix.wav", "--frequency", "log", *map(str, flags), parts=parts)
        self.refused("separate", "mix.wav", "--model", "nmf2d", "--pitch-shifts", "999", parts=["pitch-shifts", "1..227"])
        self.refused("separate", "mix.wav", "--init", "harmonic", "--model", "nmfd", parts=["init", "nmfd", "harmonic"])
        self.refused("separate", "mix.wav", "--init", "harmonic", "--components", "8", parts=["components", "combs", "8"])
        self.refused("separate", "mix.wav", "--sources", "9", "--components", "2", parts=["mix.wav", "sources"])
        self.refused("separate", "mix.wav", "--progress", "loud", parts=["progress"])
        self.refused("separate", "mix.wav", "--start", "7", parts=["mix.wav", "start"])
        self.refused("separate", "mix.wav", "--name", "{track}.{ext}", parts=["name", "{stem}"])
        self.refused("separate", parts=["at least one recording"])
        self.refused("learn", "x.wav", parts=["learn"])

    def test_two_recordings_for_one_place(self):
        self.write("a/mix.wav", tones())
        self.write("b/mix.wav", tones())
        self.refused("separate", "a/mix.wav", "b/mix.wav", parts=["a/mix.wav", "b/mix.wav", "separated/mix"])

    def test_results_of_two_recordings_for_one_file(self):
        self.write("x.wav", tones())
        self.write("x1.wav", tones())
        self.refused("separate", "x.wav", "x1.wav", "--components", "11", "--name", "{track}{stem}.{ext}", parts=["x11.wav"])

    def test_what_cannot_be_is_told_before_the_work(self):
        self.write("mix.wav", tones())
        slow = ["--iterations", "1000000", "--tolerance", "0", "--components", "4"]
        for flags in (["--group", "1,99"], ["--sources", "5"], ["--subtype", "foo.npz"], ["--format", "flac", "--subtype", "float"],
                      ["--format", "ogg", "--subtype", "16"], ["--names", "a,b,c"]):
            self.refused("separate", "mix.wav", *slow, *flags)
        self.refused("separate", "mix.wav", "-o", "-", *slow, parts=["one stem"])

    def test_standard_output_takes_one_stem_of_one_recording(self):
        self.write("mix.wav", tones())
        self.refused("separate", "mix.wav", "-o", "-", *QUICK, parts=["only"])
        self.refused("separate", "mix.wav", "mix.wav", "-o", "-", parts=["one recording"])

    def test_with_json_the_error_stands_on_standard_output(self):
        run = self.run_divisi("separate", "missing.wav", "--json", expect=3)
        error = json.loads(run.stdout)["error"]
        self.assertEqual(error["exit_code"], 3)
        self.assertIn("missing.wav", error["subject"])
        run = self.run_divisi("separate", "missing.wav", "--json", "--beta", "x", expect=2)
        self.assertEqual(json.loads(run.stdout)["error"]["subject"], "beta")


class Batch(ProgramTest):
    def test_a_failed_file_does_not_stop_the_others(self):
        self.write("a.wav", tones())
        (self.work / "bad.wav").write_text("not audio")
        self.write("c.wav", tones())
        run = self.run_divisi("separate", "a.wav", "bad.wav", "c.wav", *QUICK, expect=1)
        self.assert_one_error(run, "bad.wav")
        self.assertIn("c/1.wav", self.files())
        self.run_divisi("separate", "bad.wav", "c.wav", *QUICK, "--fail-fast", "-o", "fast", expect=1)
        self.assertEqual(self.files("fast"), [])
        self.run_divisi("separate", "bad.wav", *QUICK, expect=3)

    def test_nor_does_a_bad_project(self):
        self.write("a.wav", tones())
        self.write("c.wav", tones())
        (self.work / "bad.divisi").write_text("no project")
        run = self.run_divisi("separate", "a.wav", "bad.divisi", "c.wav", *QUICK, "--json", expect=1)
        self.assert_one_error(run, "bad.divisi: expected a project")
        self.assertEqual([track["status"] for track in json.loads(run.stdout)["tracks"]], ["done", "failed", "done"])
        self.assertIn("c/1.wav", self.files())
        self.run_divisi("separate", "bad.divisi", "c.wav", *QUICK, "--fail-fast", "-o", "fast", expect=1)
        self.assertEqual(self.files("fast"), [])
        self.run_divisi("separate", "bad.divisi", *QUICK, expect=3)


class Places(ProgramTest):
    def test_folders_that_cannot_be_written(self):
        self.write("mix.wav", tones())
        (self.work / "file").write_text("")
        for output in ("file", "file/below", "/proc/divisi"):
            run = self.run_divisi("separate", "mix.wav", *QUICK, "-o", output, expect=4)
            self.assert_one_error(run, "expected", output)

    def test_names_that_no_file_can_have(self):
        self.write("mix.wav", tones())
        run = self.run_divisi("separate", "mix.wav", *QUICK, "--names", 260 * "x" + ",b", "--json", expect=4)
        self.assertIn("too long", json.loads(run.stdout)["error"]["message"])

    def test_standard_output_that_is_full(self):
        self.write("mix.wav", tones())
        with open("/dev/full", "w") as full:
            run = subprocess.run([DIVISI, "separate", "mix.wav", *QUICK, "--json"], cwd=self.work, stdout=full,
                                 stderr=subprocess.PIPE)
        self.assertEqual(run.returncode, 4)

    def test_a_folder_in_brackets(self):
        self.write("mix.wav", tones())
        self.run_divisi("separate", "mix.wav", *QUICK, "-o", "[out]")
        self.assertTrue((self.work / "[out]/mix/1.wav").exists())

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_read_only_folder(self):
        self.write("mix.wav", tones())
        (self.work / "locked").mkdir(mode=0o500)
        run = self.run_divisi("separate", "mix.wav", *QUICK, "-o", "locked", expect=4)
        self.assert_one_error(run, "locked")

    def test_a_full_disk(self):
        mixture = self.write("mix.wav", tones(20.0, 44100, 2), 44100)
        disk = self.work / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
        if subprocess.run(mount, capture_output=True).returncode != 0:
            self.skipTest("only root can mount a small disk")
        try:
            run = self.run_divisi("separate", mixture, *QUICK, "-o", "disk", expect=4)
            self.assert_one_error(run, "disk", "No space left on device")
            self.assertEqual(self.files("disk"), [])
        finally:
            subprocess.run(["umount", str(disk)], check=True)

    def test_a_reader_that_goes_away(self):
        self.write("mix.wav", tones(20.0, 44100), 44100)
        program = self.start_divisi("separate", "mix.wav", "-o", "-", *QUICK, "--only", "1")
        program.stdout.close()
        self.assertEqual(program.wait(60), 4)
        self.assertIn(b"standard output", program.stderr.read())
        program.stderr.close()


class NothingIsLost(ProgramTest):
    def test_recordings_and_foreign_files_are_never_replaced_or_removed(self):
        here = ["-o", ".", "--name", "{stem}.{ext}"]
        recording = self.write("mix.wav", tones())
        before = recording.read_bytes()
        (self.work / "1.wav").write_text("mine")
        self.assert_one_error(self.run_divisi("separate", "mix.wav", *QUICK, *here, expect=4), "1.wav", "--force")
        self.assertEqual((self.work / "1.wav").read_text(), "mine")
        self.run_divisi("separate", "mix.wav", *QUICK, *here, "--force")
        # A stem becomes a recording, which the next run neither overwrites nor cleans away.
        stem = (self.work / "2.wav").read_bytes()
        self.run_divisi("separate", "2.wav", *QUICK, *here, expect=4)
        self.run_divisi("separate", "2.wav", *QUICK, *here, "--names", "a,b")
        self.assertEqual((self.work / "2.wav").read_bytes(), stem)
        self.assertEqual(recording.read_bytes(), before)

    def test_a_batch_does_not_replace_its_own_recordings(self):
        self.write("a.wav", tones())
        second = self.write("a1.wav", tones(0.5))
        before = second.read_bytes()
        self.run_divisi("separate", "a.wav", "a1.wav", *QUICK, "-o", ".", "--name", "{track}{stem}.{ext}", "--force", expect=1)
        self.assertEqual(second.read_bytes(), before)

    def test_a_manifest_removes_nothing_outside_its_folder(self):
        self.write("mix.wav", tones())
        self.run_divisi("separate", "mix.wav", *QUICK)
        (self.work / "precious.txt").write_text("mine")
        path = self.work / "separated/mix/manifest.json"
        manifest = json.loads(path.read_text())
        manifest["outputs"].append({"file": "mix/../../precious.txt", "bytes": 4})
        path.write_text(json.dumps(manifest))
        self.run_divisi("separate", "mix.wav", *QUICK, "--seed", "1")
        self.assertEqual((self.work / "precious.txt").read_text(), "mine")

    def test_a_residual_that_clips_is_told(self):
        square = 0.99997 * (1 - 2 * ((numpy.arange(8000) // 20 + numpy.arange(8000) // 77) % 2))
        self.write("mix.wav", square)
        run = self.run_divisi("separate", "mix.wav", *QUICK, "--mask", "none", "--components", "1", "--sources", "1",
                              "--gain", "6")
        self.assertIn(b"no longer add up", run.stderr)


class Interrupted(ProgramTest):
    def test_waiting_for_a_pipe_ends_too(self):
        os.mkfifo(self.work / "pipe.wav")
        silent, _ = os.pipe()
        for command, stdin in ((["-"], silent), (["pipe.wav"], None)):
            program = subprocess.Popen([DIVISI, "separate", *command], cwd=self.work, stdin=stdin, stderr=subprocess.PIPE)
            time.sleep(0.5)
            program.send_signal(signal.SIGINT)
            program.communicate(timeout=10)
            self.assertEqual(program.returncode, 130)

    def wait_for(self, path):
        end = time.monotonic() + 60
        while not path.exists():
            self.assertLess(time.monotonic(), end, f"{path} does not appear")
            time.sleep(0.02)

    def interrupt(self, number):
        """A batch of three, the second of which takes for ever, interrupted in the middle of it."""
        self.write("a.wav", tones(0.01))
        self.write("b.wav", tones(30.0))
        self.write("c.wav", tones(0.01))
        batch = ["separate", "a.wav", "b.wav", "c.wav", "--no-report"]
        program = self.start_divisi(*batch, *SLOW)
        # The first is so short that a limit of iterations is nothing to it.
        self.wait_for(self.work / "separated/a/manifest.json")
        time.sleep(0.5)
        begin = time.monotonic()
        program.send_signal(number)
        program.communicate(timeout=30)
        self.assertEqual(program.returncode, 130)
        self.assertLess(time.monotonic() - begin, 5.0)  # a second is promised; a busy machine is forgiven
        return batch

    def test_ctrl_c_and_terminate_leave_whole_tracks_and_no_half_ones(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                subprocess.run(["rm", "-rf", str(self.work / "separated")], check=True)
                self.interrupt(number)
                self.assertEqual(self.files(), ["a/1.wav", "a/2.wav", "a/manifest.json"])
                self.assertFalse((self.work / "separated/b").exists())

    def test_the_next_run_does_only_what_is_missing(self):
        for name in ("a.wav", "b.wav", "c.wav"):
            self.write(name, tones())
        self.run_divisi("separate", "a.wav", "c.wav", *QUICK)
        before = (self.work / "separated/a/manifest.json").stat().st_mtime_ns
        tracks = self.separate_json("a.wav", "b.wav", "c.wav", *QUICK)["tracks"]
        self.assertEqual([track["status"] for track in tracks], ["skipped", "done", "skipped"])
        self.assertEqual((self.work / "separated/a/manifest.json").stat().st_mtime_ns, before)

    def test_a_killed_run_leaves_nothing_that_the_next_one_does_not_clean(self):
        self.write("mix.wav", tones(20.0, 44100, 6), 44100)
        program = self.start_divisi("separate", "mix.wav", *QUICK)
        end = time.monotonic() + 60
        while not any(name.startswith("mix/.1.wav") for name in self.files()):
            self.assertLess(time.monotonic(), end)
            self.assertIsNone(program.poll(), "it ended before it could be killed")
        program.kill()
        program.communicate()
        self.assertNotIn("mix/1.wav", self.files())
        self.run_divisi("separate", "mix.wav", *QUICK)
        self.assertEqual(self.files(), ["mix/1.wav", "mix/2.wav", "mix/manifest.json", "mix/report.html"])


if __name__ == "__main__":
    unittest.main()
