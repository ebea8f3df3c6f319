# SPDX-License-Identifier: Apache-2.0
"""divisi separate song.divisi: what the studio saves, rendered; and what a project cannot do."""
import hashlib
import json
import unittest

from program import ProgramTest, tones


class Project(ProgramTest):
    def project(self, path="song.divisi", **changes):
        """A project of song.wav: components 2 and 1, 3 of four are `high` and `low`, 4 is left."""
        self.write("song.wav", tones())
        digest = hashlib.sha256((self.work / "song.wav").read_bytes()).hexdigest()
        text = {
            "form": "divisi project 1",
            "audio": {"path": "song.wav", "sha256": digest},
            "parameters": {"model": "nmf", "components": "4", "fft": "512", "iterations": "20", "restarts": "1", "spatial": "off"},
            "sources": [{"name": "high", "components": [2], "gain_db": -6}, {"name": "low", "components": [1, 3], "mute": True}],
            **changes,
        }
        (self.work / path).write_text(json.dumps(text))
        return text

    def test_its_stems_are_those_of_the_flags(self):
        self.project()
        self.run_divisi("separate", "song.divisi", "-o", "a")
        self.run_divisi("separate", "song.wav", "-o", "b", "--model", "nmf", "--components", "4", "--fft", "512", "--iterations",
                        "20", "--restarts", "1", "--spatial", "off", "--group", "2", "--group", "1,3", "--names", "high,low")
        for stem in ("high", "low", "residual"):
            self.assertEqual((self.work / f"a/song/{stem}.wav").read_bytes(), (self.work / f"b/song/{stem}.wav").read_bytes())
        self.run_divisi("separate", "song.divisi", "-o", "c", "--only", "high", "--subtype", "float")
        self.assertFalse((self.work / "c/song/low.wav").exists())

    def test_it_may_go_on_from_a_file_beside_it(self):
        text = self.project()
        self.run_divisi("separate", "song.divisi", "-o", "a", "--factors")
        (self.work / "a/song/factors.npz").rename(self.work / "start.npz")
        digest = hashlib.sha256((self.work / "start.npz").read_bytes()).hexdigest()
        self.project(start={"path": "start.npz", "sha256": digest, "fixed": "w1-2,h1"}, parameters={**text["parameters"], "beta": "2"})
        self.run_divisi("separate", "song.divisi", "-o", "b")
        self.run_divisi("separate", "song.wav", "-o", "c", "--model", "nmf", "--components", "4", "--fft", "512", "--iterations", "20",
                        "--beta", "2", "--spatial", "off", "--group", "2", "--group", "1,3", "--names", "high,low",
                        "--init", "start.npz", "--fixed", "w1-2,h1")
        for stem in ("high", "low", "residual"):
            self.assertEqual((self.work / f"b/song/{stem}.wav").read_bytes(), (self.work / f"c/song/{stem}.wav").read_bytes())
        (self.work / "start.npz").write_bytes(b"another")
        self.refused("expected start.npz as it was, got one that has changed")
        (self.work / "start.npz").unlink()
        self.refused("expected its start start.npz, got no such file")
        for path in ("../start.npz", "/etc/start.npz", "start.wav"):
            self.project(start={"path": path, "sha256": digest})
            self.refused("a start in a .npz file beside it")

    def refused(self, words):
        run = self.run_divisi("separate", "song.divisi", expect=3)
        self.assert_one_error(run, "song.divisi", words)

    def test_a_recording_that_is_missing_or_has_changed_is_told_in_one_line(self):
        text = self.project()
        self.write("song.wav", tones(seconds=1.2))
        self.refused("expected song.wav as it was")
        (self.work / "song.wav").unlink()
        self.refused("expected its recording song.wav, got no such file")
        (self.work / "song.divisi").write_text(json.dumps(text)[:100])
        self.refused("expected a project that divisi studio saved")

    def test_no_file_but_its_recording_is_read_or_written(self):
        self.project(parameters={"init": "/etc/passwd.npz"})
        self.refused("a start that is no file")
        self.project(parameters={"model": "nmf", "components": "2", "fft": "512", "name": "/tmp/{stem}.{ext}", "fix-w": "/etc/x.npz"})
        run = self.run_divisi("separate", "song.divisi", expect=2)  # not taken; source `low` has 3 of two
        self.assert_one_error(run, "components 1..2")


if __name__ == "__main__":
    unittest.main()
