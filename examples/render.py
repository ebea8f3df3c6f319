#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""render.py FOLDER: renders FOLDER/notes.csv to FOLDER/<stem>.wav and FOLDER/mix.wav with fluidsynth.

Each stem is a MIDI file of its own, without reverb and chorus. All stems get the one gain that puts the peak of their
sum at 0.89 of full scale (-1 dB); each is rounded to 16 bits, and mix.wav is the exact sum of the rounded stems.
The left channel is taken for mono: the two channels of this piano are partly in opposite phase, so that their mean
would lose up to 7 dB of a note.
"""
import array
import csv
import pathlib
import subprocess
import sys
import tempfile
import wave

SOUNDFONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"  # Debian's fluid-soundfont-gm
RATE_HZ = 44100
DURATION_S = 8.0
PEAK = 0.89
TICKS_PER_SECOND = 960


def variable_length(number):
    """A number as MIDI files write it: seven bits a byte, all but the last with the high bit set."""
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.insert(0, number & 0x7F | 0x80)
    return bytes(digits)


def midi_file(notes):
    """The bytes of a MIDI file of one track: 480 ticks a beat, two beats a second, program 0 (piano)."""
    events = []
    for note in notes:
        begin = float(note["onset_s"])
        end = begin + float(note["duration_s"])
        key = int(note["midi"])
        events.append((round(begin * TICKS_PER_SECOND), bytes([0x90, key, int(note["velocity"])])))
        events.append((round(end * TICKS_PER_SECOND), bytes([0x80, key, 0])))
    track = b"\x00\xff\x51\x03" + (500000).to_bytes(3, "big") + b"\x00\xc0\x00"
    now = 0
    for tick, message in sorted(events):
        track += variable_length(tick - now) + message
        now = tick
    track += b"\x00\xff\x2f\x00"
    header = (0).to_bytes(2, "big") + (1).to_bytes(2, "big") + (TICKS_PER_SECOND // 2).to_bytes(2, "big")
    return b"MThd" + len(header).to_bytes(4, "big") + header + b"MTrk" + len(track).to_bytes(4, "big") + track


def render(notes):
    """The left channel, float, of exactly DURATION_S."""
    with tempfile.TemporaryDirectory() as folder:
        score, sound = pathlib.Path(folder, "part.mid"), pathlib.Path(folder, "part.raw")
        score.write_bytes(midi_file(notes))
        subprocess.run(["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(RATE_HZ), "-T", "raw",
                        "-O", "float", "-E", "little", "-F", str(sound), SOUNDFONT, str(score)], check=True)
        samples = array.array("f", sound.read_bytes())
    if sys.byteorder == "big":
        samples.byteswap()
    frames = round(DURATION_S * RATE_HZ)
    left = samples[0::2][:frames]
    return left + array.array("f", bytes(4 * (frames - len(left))))


def write(path, values):
    samples = array.array("h", values)
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())


def main(folder):
    with open(folder / "notes.csv", newline="", encoding="utf-8") as file:
        notes = list(csv.DictReader(file))
    names = sorted({note["stem"] for note in notes})
    parts = [render([note for note in notes if note["stem"] == name]) for name in names]
    gain = PEAK * 32768 / max(abs(sum(values)) for values in zip(*parts))
    stems = [[round(value * gain) for value in part] for part in parts]
    for name, stem in zip(names, stems):
        write(folder / f"{name}.wav", stem)
    write(folder / "mix.wav", [sum(values) for values in zip(*stems)])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: render.py FOLDER")
    main(pathlib.Path(sys.argv[1]))
