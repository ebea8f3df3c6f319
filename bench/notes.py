#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many notes `divisi transcribe` finds, on every case of a folder.

    notes.py PROGRAM FOLDER [--render]

FOLDER/CASE/ holds mix.wav and notes.csv; the rows of kick, snare and hihat are left out, since they have no pitch.
--render first fills FOLDER with melodies and chords of General MIDI instruments (fluidsynth, FluidR3), random with a
fixed seed: cases on which nothing has been chosen are made with another --seed.
"""
import argparse
import csv
import json
import pathlib
import random
import struct
import subprocess
import tempfile

SOUNDS = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
DRUMS = ("kick", "snare", "hihat")
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
# name: General MIDI program, lowest pitch, scale, seconds a beat
MELODIES = {"piano, low": (0, 36, MINOR, 0.4), "piano, high": (0, 69, MAJOR, 0.3), "piano, fast": (0, 57, MAJOR, 0.2),
            "guitar": (24, 48, MINOR, 0.4), "flute": (73, 60, MAJOR, 0.4), "violin": (40, 55, MINOR, 0.4),
            "trumpet": (56, 55, MAJOR, 0.4), "clarinet": (71, 50, MAJOR, 0.35), "organ": (19, 48, MAJOR, 0.4),
            "marimba": (12, 53, MAJOR, 0.3), "bass": (33, 31, MINOR, 0.4), "cello": (42, 40, MINOR, 0.5),
            "harpsichord": (6, 50, MINOR, 0.3)}
CHORDS = {"piano, chords": (0, 52, 0.6), "strings, chords": (48, 50, 0.8)}


def melody(source, lowest, scale, beat):
    pitches = [lowest + 12 * octave + step for octave in range(3) for step in scale]
    onset, place, notes = 0.2, source.randrange(3, 10), []
    for _ in range(30):
        duration = beat * source.choice((0.5, 0.5, 1, 1, 1, 2))
        place = max(0, min(len(pitches) - 1, place + source.randrange(-4, 5)))
        notes.append((round(onset, 4), round(0.92 * duration, 4), pitches[place], source.randrange(60, 110)))
        onset += duration
    return notes


def chords(source, lowest, beat):
    onset, notes = 0.2, []
    for _ in range(16):
        root, duration = lowest + source.choice(MAJOR), beat * source.choice((1, 2))
        for step in (0, source.choice((3, 4)), 7):
            notes.append((round(onset, 4), round(0.95 * duration, 4), root + step, source.randrange(60, 100)))
        onset += duration
    return notes


def midi(notes, program):
    """A MIDI file of format 0, a tick a millisecond."""
    events = sorted([(round(1000 * (on + lasts)), 0, 0x80, pitch, 0) for on, lasts, pitch, _ in notes] +
                    [(round(1000 * on), 1, 0x90, pitch, velocity) for on, _, pitch, velocity in notes])
    track, now = b"\x00\xff\x51\x03\x07\xa1\x20\x00\xc0" + bytes([program]), 0
    for tick, _, *message in events:
        delta = tick - now
        digits = [delta & 127]
        while delta := delta >> 7:
            digits.insert(0, 128 | delta & 127)
        track, now = track + bytes(digits) + bytes(message), tick
    track += b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 500) + b"MTrk" + struct.pack(">I", len(track)) + track


def render(folder, seed):
    source = random.Random(seed)
    cases = {name: (program, melody(source, *how)) for name, (program, *how) in MELODIES.items()}
    cases |= {name: (program, chords(source, *how)) for name, (program, *how) in CHORDS.items()}
    for name, (program, notes) in cases.items():
        case = folder / name
        case.mkdir(parents=True, exist_ok=True)
        (case / "notes.mid").write_bytes(midi(notes, program))
        rows = "".join("%s,%s,%d,%d\n" % note for note in notes)
        (case / "notes.csv").write_text("onset_s,duration_s,midi,velocity\n" + rows)
        subprocess.run(["fluidsynth", "-ni", "-q", "-r", "44100", "-g", "0.5", "-F", case / "mix.wav", SOUNDS,
                        case / "notes.mid"], check=True, capture_output=True)


def score(program, case, work):
    with open(case / "notes.csv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row.get("stem") not in DRUMS]
    if not rows:
        return None
    with open(work / "true.csv", "w", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    subprocess.run([program, "transcribe", case / "mix.wav", "-o", work / "found.mid", "-q"], check=True)
    run = subprocess.run([program, "evaluate", "--notes", work / "true.csv", "--estimate", work / "found.mid", "--json"],
                         check=True, capture_output=True)
    return json.loads(run.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--render", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.render:
        render(arguments.folder, arguments.seed)
    print("| case | notes | precision | recall | F | F with offsets |\n|---|---|---|---|---|---|")
    totals = []
    with tempfile.TemporaryDirectory() as work:
        for case in sorted(path.parent for path in arguments.folder.glob("*/notes.csv")):
            result = score(arguments.program, case, pathlib.Path(work))
            if result is None:
                continue
            onsets, offsets = result["onsets"], result["onsets_and_offsets"]
            totals.append((onsets["precision"], onsets["recall"], onsets["f_measure"], offsets["f_measure"]))
            print(f"| {case.name} | {result['reference_notes']} | " + " | ".join(f"{x:.2f}" for x in totals[-1]) + " |",
                  flush=True)
    means = [sum(column) / len(totals) for column in zip(*totals)]
    print("| mean | | " + " | ".join(f"{x:.2f}" for x in means) + " |")


if __name__ == "__main__":
    main()
