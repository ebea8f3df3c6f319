// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/parameters.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>

namespace divisi {
namespace {

constexpr double kMany = 1e6;
constexpr double kAny = std::numeric_limits<double>::max();
constexpr std::string_view kFind = "What to find";
constexpr std::string_view kLook = "How to look at it";
constexpr std::string_view kFactor = "How to factorize";
constexpr std::string_view kCut = "How to cut";
constexpr std::string_view kWrite = "What to write";
constexpr std::string_view kNotes = "What is a note";
constexpr std::string_view kScore = "How to score";
constexpr std::string_view kWork = "How to work";
using S = Settings;

const std::array kTable{
    Parameter{"sources", "S", kFind,
              "stems to make; auto: as many as there are groups or components given, else 2", "auto",
              &S::sources, kSeparate, 1, 1000},
    Parameter{"components", "K", kFind, "components to find; auto: as many as matter",
              "8 a source, nmfd and nmf2d: 1; factorize: 16", &S::components, kSeparate | kFactorize, 1,
              10000},
    Parameter{"group", "LIST", kFind, "components of one source, as in 1,3,7-9; repeatable", "auto",
              &S::group},
    Parameter{"names", "A,B", kFind, "names of the stems", "1,2,...", &S::names},

    Parameter{"components", "K", kFind, "shapes of each source (32, nmfd: 8; fewer of a short recording)",
              "auto", &S::components, kLearn, 1, 10000},

    Parameter{"start", "T", kLook, "begin here, seconds or mm:ss", "0", &S::start_s, kSeparate | kTranscribe,
              0, 1e9},
    Parameter{"end", "T", kLook, "end here, seconds or mm:ss", "the end", &S::end_s, kSeparate | kTranscribe,
              0, 1e9},
    Parameter{"rate", "HZ", kLook, "analyse at this rate; stems keep the file's", "the file's", &S::rate_hz,
              kSeparate, 100, 1e6},
    Parameter{"rate", "HZ", kLook, "look at them at this rate", "the lowest of the files", &S::rate_hz,
              kLearn, 100, 1e6},
    Parameter{"fft", "N", kLook,
              "samples in a frame (nmf2d, score: 4096, else 2048; learn, harmonic: about 0.1 s)", "auto",
              &S::fft, kSeparate | kLearn, 2, 1 << 20},
    Parameter{"hop", "N", kLook, "samples from frame to frame (nmf2d: fft/2, else fft/4)", "auto", &S::hop,
              kSeparate | kLearn, 1, 1 << 20},
    Parameter{"window", "hann|sqrt-hann|hamming|blackman|rectangular", kLook, "window of a frame", "",
              &S::window, kSeparate | kLearn},
    Parameter{"power", "P", kLook, "V = |STFT|^P (nmf2d: 0.7, else 1)", "auto", &S::power, kSeparate | kLearn,
              0.1, 4},
    Parameter{"frequency", "linear|log", kLook,
              "the axis of V: the STFT's bins, or as many an octave (nmf2d)", "auto", &S::frequency,
              kSeparate | kLearn},
    Parameter{"bins-per-octave", "B", kLook, "of the logarithmic axis (nmf2d: 36, else 24)", "auto",
              &S::bins_per_octave, kSeparate | kLearn, 1, 1200},
    Parameter{"fmin", "HZ", kLook, "its lower end", "", &S::fmin_hz, kSeparate | kLearn, 1, 1e6},
    Parameter{"fmax", "HZ", kLook, "its upper end (8000, or half the rate)", "auto", &S::fmax_hz,
              kSeparate | kLearn, 1, 1e6},

    Parameter{"model", "nmf|nmfd|nmf2d|auto", kFactor,
              "shapes stand still, last in time, or also move in pitch; auto: as it sounds", "", &S::model,
              kSeparate | kFactorize | kLearn},
    Parameter{"time-shifts", "T", kFactor, "frames that a shape lasts (nmfd: 8, nmf2d: 4)", "auto",
              &S::time_shifts, kSeparate | kFactorize | kLearn, 1, 10000},
    Parameter{"pitch-shifts", "P", kFactor, "bins that a shape moves over (nmf2d: an octave)", "auto",
              &S::pitch_shifts, kSeparate | kFactorize, 1, 10000},
    Parameter{"beta", "B", kFactor, "divergence: 2 Euclidean, 1 Kullback-Leibler, 0 Itakura-Saito, any real",
              "", &S::beta, kSeparate | kFactorize | kLearn, -kAny, kAny},
    Parameter{"refine", "N", kFactor, "after nmf2d: updates of its notes on the STFT's bins (0: none)",
              "auto", &S::refine, kSeparate, 0, 1000},
    Parameter{"solver", "auto|mu|extrapolated|hals", kFactor,
              "auto: hals for beta 2, else extrapolated; mu: plain updates", "", &S::solver,
              kSeparate | kFactorize | kLearn},
    Parameter{"iterations", "N", kFactor, "updates at most (with a score: 20, harmonic: 50, else 200)",
              "auto", &S::iterations, kSeparate | kFactorize | kLearn, 1, kMany},
    Parameter{"tolerance", "X", kFactor, "stop when 10 updates bring less than this share of the cost's fall",
              "", &S::tolerance, kSeparate | kFactorize | kLearn, 0, 1},
    Parameter{"init", "auto|random|frames|nndsvd|harmonic|drums|voice|FILE.npz", kFactor,
              "start; auto: as it sounds", "", &S::init, kSeparate | kFactorize},
    Parameter{"seed", "N", kFactor, "of the random start", "", &S::seed, kSeparate | kFactorize | kLearn, 0,
              2147483647},
    Parameter{"restarts", "R", kFactor, "random starts; the lowest cost wins (separate: 3, factorize: 1)",
              "auto", &S::restarts, kSeparate | kFactorize, 1, 1000},
    Parameter{"sparsity", "X", kFactor, "weight of the penalty on the size of H", "", &S::sparsity,
              kSeparate | kFactorize | kLearn, 0, kMany},
    Parameter{"smoothness", "X", kFactor, "weight of the penalty on changes of H in time", "", &S::smoothness,
              kSeparate | kFactorize, 0, kMany},
    Parameter{"dictionary", "FILE.npz", kFactor, "what divisi learn wrote: its sources are the stems", "none",
              &S::dictionary, kSeparate},
    Parameter{"free", "K", kFactor, "components beside the dictionary's, found here: a stem 'rest'", "",
              &S::free, kSeparate, 0, 10000},
    Parameter{"adapt", "", kFactor, "let each source of the dictionary take the recording's tone colour", "",
              &S::adapt, kSeparate},
    Parameter{"activations", "FILE", kFactor, "H to start from, components x frames (.npz, .npy, .csv)",
              "none", &S::activations, kSeparate | kFactorize},
    Parameter{"fixed", "LIST", kFactor, "what of the start stays as it is, as in w, h, w1-3,h5 or zeros",
              "none", &S::fixed, kSeparate | kFactorize},
    Parameter{"fix-w", "FILE.npz", kFactor, "keep the W of this file; --components beyond it are free",
              "none", &S::fix_w, kSeparate | kFactorize},

    Parameter{"score", "FILE", kFactor, "notes (.mid, .csv, .jams) that W and H are held to", "none",
              &S::score},
    Parameter{"by", "auto|track|pitch|program", kFactor,
              "a stem for each of these; auto: track, of one: pitch", "", &S::by},
    Parameter{"solo", "S=FROM-TO", kFactor, "only source S, a number or name, sounds there; repeatable",
              "none", &S::solo},
    Parameter{"spatial", "auto|off|panning|ilrma", kFactor,
              "several channels: a direction for each component; two microphones in a room", "", &S::spatial},

    Parameter{"mask", "wiener|binary|none", kCut, "how sources share a time-frequency cell", "", &S::mask},
    Parameter{"mask-exponent", "A", kCut, "of the Wiener ratio (nmf2d, score: 2, else 1.5)", "auto",
              &S::mask_exponent, kSeparate, 0.1, 10},

    Parameter{"only", "S", kWrite, "write these stems, by number or name; repeatable", "all", &S::only},
    Parameter{"without", "S", kWrite, "do not write these stems; repeatable", "none", &S::without},
    Parameter{"format", "wav|flac|ogg|mp3", kWrite, "of the stems; ogg and mp3 lose what makes them add up",
              "", &S::format},
    Parameter{"subtype", "auto|16|24|float", kWrite, "sample format; auto: the input's own", "", &S::subtype},
    Parameter{"gain", "DB", kWrite, "one gain for all stems and the residual", "", &S::gain_db, kSeparate,
              -120, 120},
    Parameter{"name", "TEMPLATE", kWrite, "path of each file below --output", "", &S::name},
    Parameter{"report", "", kWrite, "write report.html", "", &S::report},
    Parameter{"factors", "", kWrite, "write factors.npz for numpy.load", "", &S::factors},

    Parameter{"rate", "HZ", kLook, "analyse at this rate", "the file's, at most 22050", &S::rate_hz,
              kTranscribe, 1000, 1e6},
    Parameter{"threshold", "DB", kNotes, "quietest note, against the loudest", "", &S::threshold_db,
              kTranscribe, -60, 0},
    Parameter{"report", "", kNotes, "write a page with the piano roll beside the notes", "", &S::note_report,
              kTranscribe},

    Parameter{"metric", "v3|images|v4|sisdr|snr", kScore,
              "BSS Eval 3 (sources; stereo: images), images, museval's v4, SI-SDR, SNR", "", &S::metric,
              kEvaluate},
    Parameter{"window", "S", kScore, "score in windows of this length, seconds", "the whole file",
              &S::score_window_s, kEvaluate, 0.01, 1e6},
    Parameter{"hop", "S", kScore, "from window to window, seconds", "a window", &S::score_hop_s, kEvaluate,
              0.01, 1e6},

    Parameter{"memory", "MIB", kWork, "beyond it V stays on the disk and is read as needed", "unlimited",
              &S::memory_mib, kFactorize, 1, 1e9},
    Parameter{"threads", "N", kWork, "0: all; results do not depend on it", "", &S::threads,
              kSeparate | kFactorize | kEvaluate | kTranscribe | kLearn, 0, 1024},
};

std::string range_of(const Parameter& p, bool whole) {
  std::string kind = whole ? "a whole number" : "a number";
  if (p.most == kAny) return kind;
  return kind + " " + to_text(p.least) + ".." +
         (whole ? std::to_string(static_cast<long>(p.most)) : to_text(p.most));
}

double number_in_range(const Parameter& p, std::string_view text, bool whole) {
  const std::string expected = range_of(p, whole);
  const double value = parse_number(text, p.name, expected);
  if (value < p.least || value > p.most || (whole && std::floor(value) != value)) {
    throw InvalidInput(p.name, expected, text);
  }
  return value;
}

double time_in_range(const Parameter& p, std::string_view text) {
  const double seconds = parse_time(text, p.name, "seconds or mm:ss");
  if (seconds < p.least || seconds > p.most) throw InvalidInput(p.name, range_of(p, false), text);
  return seconds;
}

// The position of `text` among the words of p.value.
int choice_of(const Parameter& p, std::string_view text) {
  const auto words = split(p.value, '|');
  const auto word = std::ranges::find(words, text);
  if (word == words.end()) throw InvalidInput(p.name, join(words, ", "), "'" + std::string(text) + "'");
  return static_cast<int>(word - words.begin());
}

// Reads text into a member, whatever its type.
struct Setter {
  const Parameter& p;
  std::string_view text;

  void operator()(int& value) const { value = static_cast<int>(number_in_range(p, text, true)); }
  void operator()(double& value) const { value = number_in_range(p, text, false); }
  void operator()(std::optional<int>& value) const {
    if (text == p.unset) {
      value.reset();
    } else if (p.name == "components" && text == "auto") {
      value = kEstimate;
    } else {
      value = static_cast<int>(number_in_range(p, text, true));
    }
  }
  void operator()(std::optional<double>& value) const {
    value.reset();
    const bool is_time = p.value == "T" || p.value == "S";
    if (text != p.unset) value = is_time ? time_in_range(p, text) : number_in_range(p, text, false);
  }
  void operator()(bool& value) const {
    if (text != "true" && text != "false") throw InvalidInput(p.name, "true or false", text);
    value = text == "true";
  }
  void operator()(std::string& value) const {
    const bool is_file = p.value.ends_with("FILE.npz") && text.ends_with(".npz");
    if (p.value.find('|') != std::string_view::npos && !is_file) choice_of(p, text);
    value = text;
  }
  void operator()(std::vector<std::string>& value) const {
    if (text.empty()) throw InvalidInput(p.name, p.value, "''");
    if (p.name == "group") {
      value.emplace_back(text);  // the commas are the list's own
    } else {
      for (auto& part : split(text, ',')) value.push_back(std::move(part));
    }
  }
  void operator()(std::optional<FrequencyScale>& value) const {
    value.reset();
    if (text != p.unset) value = static_cast<FrequencyScale>(choice_of(p, text));
  }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void operator()(Enum& value) const { value = static_cast<Enum>(choice_of(p, text)); }
};

struct Writer {
  const Parameter& p;

  std::string operator()(int value) const { return std::to_string(value); }
  std::string operator()(double value) const { return to_text(value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::string& value) const {
    return value.empty() ? std::string(p.unset) : value;
  }
  std::string operator()(const std::vector<std::string>& value) const {
    return value.empty() ? std::string(p.unset) : join(value, p.name == "group" ? " " : ",");
  }
  std::string operator()(const std::optional<int>& value) const {
    if (value == kEstimate && p.name == "components") return "auto";
    return value ? (*this)(*value) : std::string(p.unset);
  }
  template <typename Number>
  std::string operator()(const std::optional<Number>& value) const {
    return value ? (*this)(*value) : std::string(p.unset);
  }
  template <typename Enum>
  requires std::is_enum_v<Enum> std::string operator()(Enum value) const {
    return split(p.value, '|').at(static_cast<std::size_t>(value));
  }
};

}  // namespace

std::span<const Parameter> parameters() {
  return kTable;
}

const Parameter& parameter(std::string_view name, Command command) {
  const auto* const found = std::ranges::find_if(
      kTable, [&](const Parameter& p) { return p.name == name && (p.commands & command) != 0; });
  if (found == kTable.end()) throw InvalidInput("parameter", "a known name", "'" + std::string(name) + "'");
  return *found;
}

void set(Settings& settings, const Parameter& p, std::string_view text) {
  std::visit([&](auto member) { Setter{p, text}(settings.*member); }, p.field);
}

std::string to_text(const Settings& settings, const Parameter& p) {
  return std::visit([&](auto member) { return Writer{p}(settings.*member); }, p.field);
}

bool is_default(const Settings& settings, const Parameter& p) {
  static const Settings kDefaults;
  return std::visit([&](auto member) { return settings.*member == kDefaults.*member; }, p.field);
}

std::string command_line(const Settings& settings) {
  std::string line;
  for (const Parameter& p : kTable) {
    if ((p.commands & kSeparate) == 0 || !shapes_result(p) || is_default(settings, p)) continue;
    const std::string flag = " --" + std::string(p.name);
    if (std::holds_alternative<bool Settings::*>(p.field)) {
      line += to_text(settings, p) == "true" ? flag : " --no-" + std::string(p.name);
    } else if (p.name == "group") {
      for (const auto& list : settings.group) line += flag + " " + shell_quoted(list);
    } else {
      line += flag + " " + shell_quoted(to_text(settings, p));
    }
  }
  return line;
}

std::string shell_quoted(const std::string& text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_-+=:,./@%").find(c) != std::string_view::npos;
  });
  if (plain) return text;
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

bool shapes_result(const Parameter& p) {
  return p.name != "threads";
}

}  // namespace divisi
