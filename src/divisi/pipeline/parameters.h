// SPDX-License-Identifier: Apache-2.0
// The one table of parameters. The command line's flags and help, the manifest, the report's list, the
// reference page and every front end to come are made from it: a parameter is added here and in settings.h,
// nowhere else.
#pragma once

#include "divisi/pipeline/settings.h"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace divisi {

/// A member of Settings of one of the types that a parameter can have.
using Field =
    std::variant<int Settings::*, double Settings::*, bool Settings::*, std::string Settings::*,
                 std::optional<int> Settings::*, std::optional<double> Settings::*,
                 std::vector<std::string> Settings::*, Window Settings::*, Model Settings::*,
                 std::optional<FrequencyScale> Settings::*, MaskKind Settings::*, Container Settings::*,
                 Metric Settings::*, SolverKind Settings::*, Spatial Settings::*>;

/// Which commands take a parameter.
enum Command : unsigned { kSeparate = 1, kFactorize = 2, kEvaluate = 4, kTranscribe = 8, kLearn = 16 };

struct Parameter {
  std::string_view name;   ///< as in --name
  std::string_view value;  ///< what stands for its value in help: "K", "HZ", or all its words, "wav|flac"
  std::string_view topic;  ///< heading in help
  std::string_view help;   ///< one line
  std::string_view unset;  ///< what an optional one means by default ("auto")
  Field field;
  unsigned commands = kSeparate;
  double least = 0.0;  ///< numbers only
  double most = 0.0;
};

/// All parameters, in the order of help.
std::span<const Parameter> parameters();

/// The parameters that say how a recording is looked at: those that a dictionary brings along.
inline constexpr std::array<std::string_view, 11> kAnalysis{
    "model",     "time-shifts",     "rate", "fft", "hop", "window", "power",
    "frequency", "bins-per-octave", "fmin", "fmax"};

/// The parameter of a command by its name. Throws InvalidInput where there is none.
const Parameter& parameter(std::string_view name, Command command = kSeparate);

/// Sets a parameter from text as it stands on a command line ("1.5", "wiener", "1:30"; "true" and "false" for
/// flags; a list is appended to). Throws InvalidInput that names the parameter, what was expected and what
/// came.
void set(Settings& settings, const Parameter& parameter, std::string_view text);

/// The value as text that set() reads back; lists are joined by a space; what is not set is `unset`.
std::string to_text(const Settings& settings, const Parameter& parameter);

/// Whether the value is the default.
bool is_default(const Settings& settings, const Parameter& parameter);

/// The flags of `separate` that make these settings from the defaults, quoted for a shell; parameters that
/// cannot change a result (threads) are left out.
std::string command_line(const Settings& settings);

/// `text` as one word of a shell's command line.
std::string shell_quoted(const std::string& text);

/// Whether the results of `separate` or, as the case may be, `factorize` depend on it.
bool shapes_result(const Parameter& parameter);

}  // namespace divisi
