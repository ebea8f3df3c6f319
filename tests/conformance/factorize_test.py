# SPDX-License-Identifier: Apache-2.0
"""divisi factorize: numpy in, numpy out, against an independent factorization in numpy."""
import json
import os
import pathlib
import re
import subprocess
import time
import unittest

import numpy

from program import DIVISI, ProgramTest


def kl_cost(V, W, H):
    model = W @ H
    return float((V * numpy.log(V / model) - V + model).sum())


class Factorize(ProgramTest):
    def save(self, dtype="float32", order="C"):
        random = numpy.random.RandomState(3)
        V = (random.rand(50, 4) @ random.rand(4, 70) + 0.01 * random.rand(50, 70)).astype(dtype)
        numpy.save(self.work / "V.npy", numpy.asarray(V, order=order))
        return V.astype("float64")

    def factorize(self, *flags):
        run = self.run_divisi("factorize", "V.npy", "--components", 4, "-o", "wh.npz", "--json", *flags)
        return json.loads(run.stdout), dict(numpy.load(self.work / "wh.npz"))

    def test_the_cost_is_that_of_its_factors(self):
        for dtype, order in (("float32", "C"), ("float64", "C"), ("float32", "F")):
            V = self.save(dtype, order)
            result, factors = self.factorize()
            self.assertEqual(factors["W"].shape, (50, 4))
            self.assertEqual(factors["H"].shape, (4, 70))
            cost = kl_cost(V, factors["W"].astype("float64"), factors["H"].astype("float64"))
            self.assertAlmostEqual(result["cost"][-1][1] / cost, 1.0, places=3)
            self.assertEqual(result["cost"][0][0], 0)
            self.assertEqual(result["cost"][-1][0], result["iterations"])
            self.assertIn(result["stop"], ("tolerance", "iterations"))
            self.assertGreater(result["gflops"], 0.0)
            numpy.testing.assert_allclose(factors["cost"], result["cost"])

    def test_from_the_same_start_it_goes_where_numpy_goes(self):
        V = self.save()
        random = numpy.random.RandomState(0)
        W, H = random.rand(50, 4), random.rand(4, 70)
        numpy.savez(self.work / "start.npz", W=W, H=H)
        for _ in range(100):
            H *= (W.T @ (V / (W @ H))) / W.sum(axis=0)[:, None]
            W *= ((V / (W @ H)) @ H.T) / H.sum(axis=1)
        result, _ = self.factorize("--init", "start.npz", "--iterations", 100, "--tolerance", 0, "--solver", "mu")
        self.assertAlmostEqual(result["cost"][-1][1] / kl_cost(V, W, H), 1.0, places=3)

    def run_watched(self, *arguments):
        """What the program says, and the most memory that it was seen to take, in MiB."""
        program = subprocess.Popen([DIVISI, *map(str, arguments)], cwd=self.work, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        peak = 0.0
        while program.poll() is None:
            status = pathlib.Path(f"/proc/{program.pid}/status").read_text()
            seen = re.search(r"VmHWM:\s*(\d+) kB", status)
            peak = max(peak, int(seen.group(1)) / 1024) if seen else peak
            time.sleep(0.005)
        result = json.loads(program.stdout.read())
        program.stdout.close()
        return result, peak

    def test_a_matrix_beyond_the_memory_limit_stays_on_the_disk(self):
        random = numpy.random.RandomState(3)
        V = (random.rand(1025, 4) ** 4 @ random.rand(4, 20000)).astype("float32")  # 78 MiB
        small = ["--components", 4, "--iterations", 5, "--tolerance", 0, "--threads", 1, "--solver", "mu"]
        costs = {}
        for order in "CF":
            numpy.save(self.work / "V.npy", numpy.asarray(V, order=order))
            for limit in (40, 400):
                result, peak = self.run_watched("factorize", "V.npy", "-o", "wh.npz", "--json", "--memory", limit, *small)
                self.assertEqual(result["streamed"], limit == 40)
                costs[order, limit] = result["cost"][0][1]
                if limit == 40 and not os.environ.get("SANITIZED"):
                    self.assertLess(peak, 40 + 30)  # the program itself and its libraries
        for cost in costs.values():
            self.assertAlmostEqual(cost / costs["C", 400], 1.0, places=5)
        self.assertEqual(sorted(path.name for path in self.work.iterdir()), ["V.npy", "wh.npz"])

    def test_too_little_memory_is_told_before_the_work(self):
        self.save()
        run = self.run_divisi("factorize", "V.npy", "--memory", 1, expect=5)
        self.assert_one_error(run, "V.npy", "MiB or more", "got 1")

    def test_a_start_and_a_fixed_w_come_from_files(self):
        V = self.save()
        random = numpy.random.RandomState(5)
        start = {"W": random.rand(50, 4).astype("float32"), "H": random.rand(4, 70).astype("float32")}
        numpy.savez(self.work / "start.npz", **start)
        result, _ = self.factorize("--init", "start.npz")
        self.assertAlmostEqual(result["cost"][0][1] / kl_cost(V, start["W"].astype("float64"), start["H"]), 1.0, places=4)
        _, factors = self.factorize("--fix-w", "start.npz")
        numpy.testing.assert_allclose(factors["W"], start["W"], rtol=1e-6)

    def test_activations_come_from_any_file_and_each_part_is_seed_fixed_or_free(self):
        V = self.save()
        H = numpy.random.RandomState(6).rand(2, 70).astype("float32")
        numpy.savez(self.work / "h.npz", H=H)
        numpy.save(self.work / "h.npy", H)
        numpy.savetxt(self.work / "h.csv", H, delimiter=",")
        starts = [self.factorize("--activations", f"h.{kind}", "--components", 4)[0]["cost"][0][1] for kind in ("npz", "npy", "csv")]
        self.assertEqual(starts[0], starts[1])
        self.assertAlmostEqual(starts[0] / starts[2], 1.0, places=5)
        self.run_divisi("factorize", "V.npy", "--activations", "h.npy", "-o", "two.npz")
        factors = numpy.load(self.work / "two.npz")
        self.assertEqual(factors["H"].shape, H.shape)
        self.assertGreater(abs(factors["H"] - H).max(), 0.1)
        _, factors = self.factorize("--activations", "h.npy", "--components", 2, "--fixed", "h")
        numpy.testing.assert_allclose(factors["H"], H, rtol=1e-5)
        W = numpy.random.RandomState(7).rand(50, 3).astype("float32")
        numpy.savez(self.work / "w.npz", W=W)
        _, factors = self.factorize("--init", "w.npz", "--activations", "h.npy", "--fixed", "w1,w3,h2", "--components", 5)
        numpy.testing.assert_allclose(factors["W"][:, [0, 2]], W[:, [0, 2]], rtol=1e-5)
        numpy.testing.assert_allclose(factors["H"][1], H[1], rtol=1e-5)
        self.assertGreater(abs(factors["H"][0] - H[0]).max(), 0.1)

    def test_zeros_of_a_start_stay_where_they_are_to(self):
        self.save()
        H = numpy.random.RandomState(6).rand(3, 70).astype("float32")
        H[1, 10:40] = 0
        numpy.save(self.work / "h.npy", H)
        for flags in ([], ["--solver", "mu"], ["--beta", 2], ["--beta", 2, "--solver", "hals"], ["--model", "nmfd"]):
            _, factors = self.factorize("--activations", "h.npy", "--fixed", "zeros", *flags)
            numpy.testing.assert_array_equal(factors["H"][:3] == 0, H == 0)
        self.assert_one_error(self.run_divisi("factorize", "V.npy", "--fixed", "zeros", "-o", "x.npz", expect=2), "a file to start from")

    def test_a_start_that_does_not_fit_is_refused(self):
        self.save()
        numpy.save(self.work / "h.npy", numpy.ones((2, 60)))
        (self.work / "h.csv").write_text("1,2\n3\n")
        for flags, code, parts in ((["--activations", "h.npy"], 2, ["2 × 70", "2 × 60"]),
                                   (["--activations", "h.csv"], 3, ["h.csv, line 2"]),
                                   (["--activations", "h.txt"], 2, [".npz, .npy or .csv"]), (["--activations", "no.npy"], 3, ["no.npy"]),
                                   (["--fixed", "w"], 2, ["a start with W of component 1"]), (["--fixed", "x1"], 2, ["'x1'"]),
                                   (["--fixed", "w3-2"], 2, ["'w3-2'"]), (["--fixed", "h99"], 2, ["components 1..16"])):
            self.assert_one_error(self.run_divisi("factorize", "V.npy", *flags, expect=code), "expected", "got", *parts)

    def test_auto_finds_a_planted_number_of_components(self):
        for rank in (3, 6, 10):
            random = numpy.random.RandomState(rank)
            W = random.rand(120, rank) * (random.rand(120, rank) < 0.3)
            H = random.gamma(0.5, 1.0, (rank, 200)) * (random.rand(rank, 200) < 0.5)
            V = W @ H
            numpy.save(self.work / "V.npy", V * (1 + 0.05 * random.rand(*V.shape)))
            run = self.run_divisi("factorize", "V.npy", "--components", "auto", "-o", "wh.npz", "--json")
            result = json.loads(run.stdout)
            self.assertLessEqual(abs(result["components"] - rank), 1 if rank < 10 else 2)
            self.assertEqual(result["components_estimated"]["relevance"], result["components"])
            self.assertEqual(numpy.load(self.work / "wh.npz")["W"].shape[1], result["components"])
        for flags in (["--model", "nmfd"], ["--memory", 400], ["--init", "wh.npz"]):
            self.assert_one_error(self.run_divisi("factorize", "V.npy", "--components", "auto", *flags, expect=2), "components")

    def test_what_is_no_matrix_is_refused(self):
        V = self.save()
        cases = {"three.npy": (V.reshape(5, 10, 70), 3), "int.npy": ((100 * V).astype("int64"), 3),
                 "negative.npy": (-V, 2), "nan.npy": (numpy.full((3, 3), numpy.nan), 2), "empty.npy": (V[:0], 2)}
        for name, (array, code) in cases.items():
            numpy.save(self.work / name, array)
            run = self.run_divisi("factorize", name, "-o", "wh.npz", expect=code)
            self.assert_one_error(run, "expected", "got")
            self.assertFalse((self.work / "wh.npz").exists())
        (self.work / "text.npy").write_text("text")
        for name in ("text.npy", "missing.npy"):
            self.assert_one_error(self.run_divisi("factorize", name, expect=3), name)
        self.assert_one_error(self.run_divisi("factorize", "V.npy", "-o", "missing/../V.npy/x", expect=4), "V.npy")

    def test_the_first_bad_entry_is_named(self):
        V = self.save()
        V[7, 9] = -1.0
        numpy.save(self.work / "V.npy", V)
        self.assert_one_error(self.run_divisi("factorize", "V.npy", expect=2), "row 7, column 9")


if __name__ == "__main__":
    unittest.main()
