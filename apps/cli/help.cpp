// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/version.h"
#include "divisi/pipeline/parameters.h"

#include "arguments.h"

#include <algorithm>
#include <array>

namespace divisi::cli {
namespace {

constexpr std::size_t kColumn = 27;  // where explanations begin

constexpr std::string_view kOverview =
    R"(, takes recordings apart: audio in, stems out, every decision open to look at

  divisi separate MIX...     recordings into stems that add up to them, and a report
  divisi factorize V.npy     the engine alone: a nonnegative matrix into W and H
  divisi learn NAME=FILE...  a dictionary: the shapes of named sources, for separate --dictionary
  divisi transcribe AUDIO    the notes of a recording: MIDI, JAMS, CSV
  divisi evaluate            BSS Eval and SI-SDR of stems against the true ones, and what a mask could reach
)"
#ifdef DIVISI_STUDIO
    R"(  divisi studio [MIX]        hear every component, put them into sources, export stems: a page in your browser
)"
#endif
    R"(  divisi doctor              version, processor, libraries, formats: what a bug report needs

  divisi COMMAND --help      flags and examples
  divisi --version

Begin with:  divisi separate song.wav        and open separated/song/report.html
Exit codes: 0 done, 1 some files failed, 2 wrong use, 3 unreadable input, 4 output not writable,
            5 out of memory, 6 a bug, 130 interrupted
)";

constexpr std::string_view kSeparateHead =
    R"(divisi separate MIX... [flags]     recordings, or the studio's projects, into stems that add up to them
  divisi separate song.mp3                       two stems, a report: separated/song/
  divisi separate *.flac -o out --sources 3      a batch; what is done is skipped next time
)";

constexpr std::string_view kFactorizeHead =
    R"(divisi factorize V.npy [flags]     V ~ W H, for a matrix of float32 or float64 as numpy.save writes it
  divisi factorize V.npy --components 32 --beta 1 -o wh.npz --json
)";

constexpr std::string_view kLearnHead =
    R"(divisi learn NAME=FILE[,FILE...]... -o KIT.npz [flags]     a dictionary from recordings of each source alone
  divisi learn drums='hits/*.wav' voice=clean.flac,other.wav -o kit.npz
  divisi separate mix.wav --dictionary kit.npz               the stems drums and voice
  divisi separate mix.wav --dictionary kit.npz --free 16     and rest: what the dictionary does not know
A name that comes again adds files; silence is skipped.
)";

constexpr std::string_view kTranscribeHead =
    R"(divisi transcribe AUDIO [flags]     the notes of a recording: onset, duration, pitch, velocity
  divisi transcribe piano.wav                        piano.mid, and the list of notes
  divisi transcribe song.mp3 -o notes.csv --report   notes.csv, and the piano roll notes.html
  divisi evaluate --notes true.csv --estimate piano.mid      how many of them are right
Made for pitched sound with clear onsets; it needs no training. Times count from the start of the file.
)";

constexpr std::string_view kEvaluateHead =
    R"(divisi evaluate --reference DIR --estimate DIR [flags]     stems against the true ones, in dB
  divisi evaluate --reference song/stems --estimate separated/song
  divisi evaluate --reference refs/ --estimate separated/ --metric v4 --window 1 --json      a folder a track
  divisi evaluate --notes true.csv --estimate found.mid    notes: precision, recall, F at 50 ms and 50 cents
  divisi evaluate --reference song/stems --oracle          the best that a mask could do, and the mixture
Stems are paired by name; where the names differ, by the best permutation.
)";

constexpr std::string_view kStudioHead =
    R"(divisi studio [MIX|PROJECT] [flags]     a page in your browser, served to this computer alone
  divisi studio song.wav                          prints its address and opens it; Ctrl-C ends it
  divisi studio song.wav --no-browser --port 8080
  divisi studio separated/song.divisi             a project that was saved there
Opens the recording (or one that is dropped on the page), finds components, and plays any sum of them at once.
)";

constexpr std::string_view kDoctorHead =
    R"(divisi doctor [--json]             version, processor, libraries, formats: what a bug report needs
)";

std::string line(const std::string& flag, const std::string& help) {
  std::string text = "  " + flag;
  if (text.size() >= kColumn) return text + "  " + help + "\n";
  text.append(kColumn - text.size(), ' ');
  return text + help + "\n";
}

// Flags that share a line.
struct Pair {
  std::string_view first;
  std::string_view second;
  std::string_view flags;
  std::string_view help;
};
constexpr std::array kPairs{
    Pair{"start", "end", "--start T  --end T", "begin and end here, seconds or mm:ss (0, the end)"},
    Pair{"fmin", "fmax", "--fmin HZ  --fmax HZ", "its ends (50; 8000, or half the rate)"},
    Pair{"activations", "fixed", "--activations FILE  --fixed LIST",
         "H to start from (.npz, .npy, .csv); what of the start stays: w, h, w1-3,h5 (none)"},
    Pair{"only", "without", "--only S  --without S",
         "write these stems, or all but these, by number or name; repeatable (all)"},
};

std::string parameter_lines(unsigned which) {
  const Settings defaults;
  std::string text;
  std::string_view topic;
  for (const Parameter& p : parameters()) {
    if ((p.commands & which) == 0) continue;
    if (std::ranges::find(kPairs, p.name, &Pair::second) != kPairs.end()) continue;
    if (p.topic != topic) text += std::string(topic = p.topic) + "\n";
    if (const auto* const pair = std::ranges::find(kPairs, p.name, &Pair::first); pair != kPairs.end()) {
      text += line(std::string(pair->flags), std::string(pair->help));
      continue;
    }
    std::string flag = "--" + std::string(p.name);
    std::string help(p.help);
    if (std::holds_alternative<bool Settings::*>(p.field)) {
      if (to_text(defaults, p) == "true") flag = "--no-" + std::string(p.name), help = "do not " + help;
    } else {
      flag += " " + std::string(p.value);
      help += " (" + to_text(defaults, p) + ")";
    }
    text += line(flag, help);
  }
  return text;
}

std::string common_lines(bool batch, const char* output) {
  std::string text = "Files and messages\n";
  text += line("-o, --output " + std::string(batch ? "DIR" : "FILE"), output);
  if (batch)
    text += line("--force  --fail-fast", "redo what is up to date; stop a batch at its first failure");
  text += line("--json", "one JSON object on standard output, nothing else there");
  text += line("--progress HOW  -q", "auto, bar, json or none, on standard error; -q: errors only");
  return text;
}

}  // namespace

std::string help_text(const std::string& command) {
  if (command == "separate") {
    return std::string(kSeparateHead) + parameter_lines(kSeparate) +
           common_lines(true, "folder of the results (separated); - for one stem to standard output");
  }
  if (command == "factorize") {
    return std::string(kFactorizeHead) + parameter_lines(kFactorize) +
           common_lines(false, "results for numpy.load: W, H, cost, config (V.factors.npz)");
  }
  if (command == "learn") {
    return std::string(kLearnHead) + parameter_lines(kLearn) +
           common_lines(false, "the dictionary, FILE.npz (needed); what is there is replaced");
  }
  if (command == "transcribe") {
    std::string text = std::string(kTranscribeHead) + parameter_lines(kTranscribe) +
                       common_lines(false, "notes, .mid, .jams or .csv by the name (AUDIO's name.mid)");
    return text + line("--force", "replace the file that is named by default");
  }
  if (command == "evaluate") {
    std::string text(kEvaluateHead);
    text += "Files\n" + line("--reference DIR", "audio files of the true stems, or a folder of such folders");
    text += line("--estimate DIR", "the estimated ones, as 'divisi separate' writes them");
    text += line("--notes FILE", "true notes, .csv, .mid or .jams; --estimate is then a file of notes too");
    text += line("--oracle", "score ideal masks and the mixture in their place");
    text +=
        parameter_lines(kEvaluate) + "Messages\n" + line("--json  --csv", "for programs, on standard output");
    return text + line("--progress HOW  -q", "auto, bar, json or none, on standard error; -q: errors only");
  }
  if (command == "studio") {
    std::string text = std::string(kStudioHead);
    text += line("--port N", "of the address (0: any that is free)");
    text += line("--no-browser", "print the address only");
    return text + line("-o, --output DIR", "where exports go (separated)");
  }
  if (command == "doctor") return std::string(kDoctorHead);
  return "divisi " + std::string(version()) + std::string(kOverview);
}

}  // namespace divisi::cli
