// SPDX-License-Identifier: Apache-2.0
// divisi takes recordings apart by nonnegative matrix factorization (NMF). This header opens every room; a
// program that needs one room includes that room's header alone.
//
// The main path. Every step is a function of plain values, and each can be used without the others:
//
//   audio ──► spectrogram ──► factors ──► sources ──► masks ──► stems
//
//   1. Sound is an AudioSource, read in blocks as often as one likes: FileSource::open("song.flac") for a
//      file, MemorySource for an Audio in memory, ResampledSource for either at another rate.
//   2. spectrogram(source, spec, power) gives V, a nonnegative Matrix, bins × frames: |STFT|^power.
//   3. nmf(V, {.components = 16, .beta = 1.0}) gives a Fit: V ≈ W H. Column k of W is the spectrum of
//      component k, row k of H says how much of it sounds when. The fit also holds the cost curve and how
//      the run ended.
//   4. group_by_timbre() or group_by_hand() puts components together into sources: a Grouping.
//   5. Masks says which share of each time-frequency cell belongs to which source. On a LogAxis, where a note
//      higher is the same shape further up, its masks come back to the STFT's bins by to_linear().
//   6. render() applies the masks to the complex STFT of the mixture and hands the stems to a StemSink,
//      block by block: with masks that add up to one, the stems add up to the recording.
//
// separate(source, settings) is steps 2 to 4 in one call, and separate_track(job) the whole way from file to
// files: what the program `divisi` does for each of its arguments. Settings holds everything that can be
// chosen, with its default; parameters() is the table that explains it.
//
//   const auto song = divisi::FileSource::open("song.flac");
//   const divisi::Settings settings{.sources = 3};
//   const divisi::Separation found = divisi::separate(*song, settings);
//   MySink sink;  // derives from divisi::StemSink
//   divisi::render(*song, found, settings, sink);
//
// transcribe(source, settings) finds the Notes of a recording instead, and transcribe_file(job) writes them.
//
// Everywhere the same:
//   - A Matrix is column-major float32 and one column is one frame. Functions take views (ConstMatrixView),
//     which a Matrix turns into by itself. Full scale of sound is ±1.
//   - What a caller can mend is thrown as divisi::Error, one line: "subject: expected ..., got ...". Its
//     fault() says what has to change: the call, an input, the place of an output, or the memory.
//   - An Observer, where a function takes one, is told of progress and returns false to cancel; the result
//     says so.
//   - Equal input gives equal results, whatever the number of threads. Random starts come from a seed in the
//     options.
//   - The library does not print and does not end the program.
#pragma once

#include "divisi/audio/reader.h"
#include "divisi/audio/resample.h"
#include "divisi/audio/writer.h"
#include "divisi/core/error.h"
#include "divisi/core/version.h"
#include "divisi/factor/nmf.h"
#include "divisi/group/by_hand.h"
#include "divisi/group/cluster.h"
#include "divisi/mask/mask.h"
#include "divisi/notes/events.h"
#include "divisi/notes/harmonic.h"
#include "divisi/notes/note_files.h"
#include "divisi/notes/note_score.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/render.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/track.h"
#include "divisi/pipeline/transcribe.h"
#include "divisi/store/npy.h"
#include "divisi/transform/log_axis.h"
#include "divisi/transform/stft.h"
