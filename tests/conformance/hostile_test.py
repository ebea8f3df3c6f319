# SPDX-License-Identifier: Apache-2.0
"""Makes a folder of hostile inputs and holds the program against it; hostile_folder.py runs such a folder."""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy
import soundfile

from program import DIVISI, tones


def wav(fmt=None, data=b"\0" * 2000, claimed=None, riff=b"RIFF"):
    """The bytes of a WAV file; by default 1000 samples of silence, 16 bit, mono."""
    fmt = struct.pack("<HHIIHH", 1, 1, 16000, 32000, 2, 16) if fmt is None else fmt
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(fmt)) + fmt
    if data is not None:
        body += b"data" + struct.pack("<I", len(data) if claimed is None else claimed) + data
    return riff + struct.pack("<I", len(body)) + body


def fmt(tag=1, channels=1, rate=16000, align=2, bits=16):
    return struct.pack("<HHIIHH", tag, channels, rate, (rate * align) & 0xFFFFFFFF, align, bits)


def noise_bytes(count):
    return numpy.random.RandomState(count).bytes(count)


def refused():
    """Files that no program should accept."""
    yield "empty.wav", b""
    yield "one_byte.wav", b"R"
    yield "riff_only.wav", b"RIFF"
    yield "header_only.wav", wav(data=b"")
    yield "no_data.wav", wav(data=None)
    yield "no_fmt.wav", b"RIFF" + struct.pack("<I", 112) + b"WAVEdata" + struct.pack("<I", 100) + b"\0" * 100
    yield "text.wav", b"this is not audio\n" * 50
    yield "json.flac", json.dumps({"not": "audio"}).encode() * 10
    yield "random.wav", noise_bytes(2048)
    yield "riff_random.wav", b"RIFF" + struct.pack("<I", 2000) + b"WAVE" + noise_bytes(2000)
    yield "zero_channels.wav", wav(fmt(channels=0))
    yield "zero_rate.wav", wav(fmt(rate=0))
    yield "zero_bits.wav", wav(fmt(bits=0))
    yield "channels_65535.wav", wav(fmt(channels=65535))
    yield "unknown_codec.wav", wav(fmt(tag=0x4444))
    yield "junk_chunks.wav", b"RIFF" + struct.pack("<I", 3204) + b"WAVE" + b"junk\0\0\0\0" * 400
    for name, value in (("nan", numpy.nan), ("inf", numpy.inf)):
        samples = tones()[:, 0].astype("<f4")
        samples[100] = value
        yield f"{name}.wav", wav(fmt(tag=3, align=4, bits=32), samples.tobytes())


def tolerated():
    """Files with lies in them: refused, or read as far as they are true."""
    yield "claims_4_gb.wav", wav(claimed=0xFFFFFFF0)
    yield "claims_2_gb.wav", wav(claimed=0x7FFFFFF0)
    yield "truncated.wav", wav(claimed=4000)
    yield "odd_byte.wav", wav(data=b"\0" * 2001)
    yield "align_7.wav", wav(fmt(align=7))
    yield "rate_max.wav", wav(fmt(rate=0xFFFFFFFF))
    yield "rate_1.wav", wav(fmt(rate=1))
    yield "big_endian.wav", wav(riff=b"RIFX")
    yield "one_sample.wav", wav(data=b"\1\0")
    yield "huge.wav", wav(fmt(tag=3, align=4, bits=32), (3e38 * tones()[:, 0]).astype("<f4").tobytes())
    yield "denormal.wav", wav(fmt(tag=3, align=4, bits=32), (1e-40 * tones()[:, 0]).astype("<f4").tobytes())


def accepted(folder):
    """Unusual and right: written by libsndfile."""
    def write(name, samples, rate=16000, **options):
        soundfile.write(folder / name, samples, rate, **options)
        return name

    short = tones()[:4000]
    yield write("silence.wav", 0 * short)
    yield write("antiphase.wav", numpy.hstack([short, -short]))
    yield write("one_channel_silent.wav", numpy.hstack([short, 0 * short]))
    yield write("dc.wav", 0 * short + 0.5)
    yield write("square.wav", numpy.where(short > 0, 0.99997, -1.0))
    yield write("one_lsb.wav", numpy.sign(short) / 32768)
    yield write("nyquist.wav", 0.5 * (-1.0) ** numpy.arange(4000))
    yield write("loud.wav", 20 * short, subtype="FLOAT")
    yield write("quiet.wav", 1e-12 * short, subtype="FLOAT")
    yield write("channels_16.wav", tones(channels=16)[:1500])
    yield write("rate_prime.wav", short, 7919)
    yield write("mulaw.wav", short, subtype="ULAW")
    yield write("name with spaces & ünïcödé 音.wav", short)
    yield write("quote'and\"dquote.wav", short)
    yield write("-dash-first.wav", short)
    yield write("UPPER.WAV", short)
    yield write("no_extension", short, format="WAV")
    yield write("flac_as.wav", short, format="FLAC")
    for extension in ("aiff", "au", "caf", "w64", "rf64", "ogg", "mp3"):
        yield write(f"tone.{extension}", tones(rate=44100), 44100)


def main():
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        files = []
        for expect, made in (("error", refused()), ("error-or-warning", tolerated())):
            for name, content in made:
                (folder / name).write_bytes(content)
                files.append({"file": name, "expect": expect, "what": "made by this test"})
        files += [{"file": name, "expect": "ok", "what": "made by this test"} for name in accepted(folder)]
        (folder / "folder.wav").mkdir()
        (folder / "dangling.wav").symlink_to("nowhere")
        files += [{"file": name, "expect": "error", "what": "no file"} for name in ("folder.wav", "dangling.wav", "gone.wav")]
        (folder / "expect.json").write_text(json.dumps({"files": files}))
        script = pathlib.Path(__file__).with_name("hostile_folder.py")
        return subprocess.run([sys.executable, script, DIVISI, folder], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
