// SPDX-License-Identifier: Apache-2.0
// The commands. Each takes the parsed arguments, does its work and returns the exit code; what stops it as a
// whole is thrown.
#pragma once

#include "arguments.h"

namespace divisi::cli {

int separate_command(const Arguments& arguments);
int factorize_command(const Arguments& arguments);
int learn_command(const Arguments& arguments);
int transcribe_command(const Arguments& arguments);
int evaluate_command(const Arguments& arguments);
int evaluate_notes_command(const Arguments& arguments);  ///< evaluate, where --notes is given
#ifdef DIVISI_STUDIO
int studio_command(const Arguments& arguments);
#endif
int doctor_command(const Arguments& arguments);

}  // namespace divisi::cli
