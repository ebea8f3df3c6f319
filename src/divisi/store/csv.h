// SPDX-License-Identifier: Apache-2.0
// A matrix as text, as a spreadsheet or numpy.savetxt writes it.
#pragma once

#include "divisi/core/matrix.h"

#include <filesystem>

namespace divisi {

/// A row a line, its numbers separated by commas, semicolons, blanks or tabs; empty lines and what follows a
/// '#' are left out. Throws Error(kInput) that names the file and line for anything else, and for lines of
/// different lengths.
Matrix read_csv(const std::filesystem::path& path);

}  // namespace divisi
