#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well `divisi separate` takes duets of melodies apart: thirty of them, rendered here.

    duets.py PROGRAM [--soundfont FILE] [--output DIR]

Two melodies of random keys, tempi, notes and levels, each by another instrument of a General MIDI soundfont (Debian: fluidsynth
and fluid-soundfont-gm). Choices were made looking at twenty of the duets; ten were rendered after it. Every row of WAYS is run on all of them;
scores are mean SDR in dB (BSS Eval 3). Writes duets.md to DIR.
"""
import argparse
import pathlib
import random
import statistics
import struct
import subprocess
import tempfile

import numpy
import soundfile

from cases import run_json

WAYS = {"`separate --sources 2`": [], "`--model nmf`": ["--model", "nmf"], "`--model nmf2d`": ["--model", "nmf2d"]}
SCALES = ([0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10])
# General MIDI program (from 0) and lowest pitch of each of the two: instruments and registers that go together.
CHOOSING = [("oboe, pizzicato", 68, 73, 45, 43), ("saxophone, piano", 66, 55, 0, 60), ("violin, clarinet", 40, 62, 71, 50),
            ("guitar, flute", 24, 45, 73, 67), ("cello, bassoon", 42, 40, 70, 43), ("horn, vibraphone", 60, 48, 11, 65),
            ("trumpet, guitar", 56, 60, 24, 48), ("harpsichord, strings", 6, 55, 48, 43), ("piano, violin", 0, 48, 40, 67),
            ("organ, marimba", 19, 50, 12, 60)]
ALSO = [("flute, piano", 73, 65, 0, 50), ("violin, cello", 40, 62, 42, 40), ("clarinet, harp", 71, 55, 46, 52),
            ("trombone, guitar", 57, 43, 24, 52), ("soprano saxophone, organ", 64, 58, 19, 48), ("harmonica, bass", 22, 62, 33, 33),
            ("English horn, bassoon", 69, 55, 70, 41), ("ocarina, vibraphone", 79, 67, 11, 55), ("sitar, flute", 104, 48, 73, 64),
            ("horn, violin", 60, 44, 40, 60)]
UNSEEN = [("recorder, koto", 74, 67, 107, 48), ("accordion, cello", 21, 60, 42, 40), ("muted trumpet, electric piano", 59, 60, 4, 48),
          ("tuba, banjo", 58, 36, 105, 55), ("shakuhachi, nylon guitar", 77, 62, 24, 45), ("bassoon, celesta", 70, 43, 8, 67),
          ("viola, xylophone", 41, 50, 13, 65), ("alto saxophone, church organ", 65, 55, 19, 43), ("piccolo, piano", 72, 74, 0, 50),
          ("English horn, harp", 69, 55, 46, 48)]
SEEDS = {"choosing": 77, "choosing too": 4242, "unseen": 2026}


def melody(generator, lowest, scale, seconds, beat):
    """(onset s, duration s, pitch, velocity) of a line that moves by steps and small leaps within two octaves."""
    pitches = [lowest + 12 * octave + step for octave in range(2) for step in scale]
    at, time, notes = generator.randrange(3, 10), generator.choice([0, 0.1, 0.25]), []
    while time < seconds - beat:
        duration = beat * generator.choice([0.5, 0.5, 1, 1, 1, 2])
        at = max(0, min(len(pitches) - 4, at + generator.randrange(-3, 4)))
        notes.append((time, duration * 0.95, pitches[at], generator.randrange(70, 110)))
        time += duration
    return notes


def midi(notes, program):
    """The bytes of a MIDI file, 960 ticks a second."""
    events = sorted([(onset, 1, 0x90, pitch, velocity) for onset, _, pitch, velocity in notes]
                    + [(onset + duration, 0, 0x80, pitch, velocity) for onset, duration, pitch, velocity in notes])
    track, ticks = b"\0\xff\x51\x03" + (500000).to_bytes(3, "big") + b"\0\xc0" + bytes([program]), 0
    for event in events:
        now = round(event[0] * 960)
        delta, digits = now - ticks, [(now - ticks) & 127]
        while delta > 127:
            delta >>= 7
            digits.insert(0, 128 | (delta & 127))
        track, ticks = track + bytes([*digits, *event[2:]]), now
    track += b"\0\xff\x2f\0"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(track)) + track


def render(folder, duet, generator, soundfont):
    """mix.wav, first.wav and second.wav of a duet: names that no stem has, so that estimates are matched by score."""
    _, first, first_lowest, second, second_lowest = duet
    scale, beat, key = generator.choice(SCALES), generator.choice([0.3, 0.4, 0.5]), generator.randrange(0, 5) - 2
    rate, seconds, stems = generator.choice([16000, 22050, 44100]), generator.choice([5.0, 7.0]), []
    for program, lowest in ((first, first_lowest), (second, second_lowest)):
        (folder / "part.mid").write_bytes(midi(melody(generator, lowest + key, scale, seconds - 0.5, beat), program))
        subprocess.run(["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-r", str(rate), "-g", "0.5", "-F", folder / "part.wav",
                        soundfont, folder / "part.mid"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        samples = soundfile.read(folder / "part.wav")[0].mean(axis=1)[:int(seconds * rate)]
        samples = numpy.pad(samples, (0, int(seconds * rate) - len(samples)))
        stems.append(samples / samples.std() * 0.08 * 10 ** (generator.uniform(-2, 2) / 20))
    for name in ("part.mid", "part.wav"):
        (folder / name).unlink()
    for name, stem in zip(("first", "second"), stems):
        soundfile.write(folder / f"{name}.wav", stem, rate, subtype="FLOAT")
    soundfile.write(folder / "mix.wav", sum(stems), rate, subtype="FLOAT")


def scores(program, folder):
    """Of the mixture, of each of WAYS, and of the ideal ratio mask."""
    oracles = run_json(program, "evaluate", "--reference", folder, "--oracle")["tracks"][0]
    row = [oracles["mix"]["mean"]["sdr"]]
    for flags in WAYS.values():
        with tempfile.TemporaryDirectory() as work:
            run_json(program, "separate", folder / "mix.wav", "--sources", 2, "-o", work, "--no-report", "--subtype", "float", *flags)
            row.append(run_json(program, "evaluate", "--reference", folder, "--estimate", f"{work}/mix")["tracks"][0]["mean"]["sdr"])
    return [*row, oracles["irm1"]["mean"]["sdr"]]


def line(name, row):
    return f"| {name} | " + " | ".join(f"{value:.1f}" for value in row) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--soundfont", type=pathlib.Path, default=pathlib.Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("docs"))
    arguments = parser.parse_args()
    if not arguments.soundfont.exists():
        parser.error(f"{arguments.soundfont}: expected a soundfont (Debian: fluid-soundfont-gm), got none")
    lines = ["# Duets", "", f"Made by `make duets`: mean SDR in dB of {arguments.soundfont.name}'s instruments; bench/duets.py says how.", "",
             "| duet | mixture | " + " | ".join(WAYS) + " | ideal ratio mask |", "|---" * (len(WAYS) + 3) + "|"]
    for kind, duets in (("choosing", CHOOSING), ("choosing too", ALSO), ("unseen", UNSEEN)):
        generator, rows = random.Random(SEEDS[kind]), []
        for duet in duets:
            with tempfile.TemporaryDirectory() as folder:
                render(pathlib.Path(folder), duet, generator, arguments.soundfont)
                rows.append(scores(arguments.program, pathlib.Path(folder)))
            lines.append(line(f"{duet[0]} ({kind})", rows[-1]))
        lines.append(line(f"**mean, {kind}**", [statistics.fmean(column) for column in zip(*rows)]))
    text = "\n".join(lines) + "\n"
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "duets.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
