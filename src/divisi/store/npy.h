// SPDX-License-Identifier: Apache-2.0
// NumPy's files: what numpy.save and numpy.savez write, numpy.load opens
// (numpy.lib.format, versions 1.0 to 3.0).
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/matrix.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace divisi {

/// A matrix of a .npy file: two dimensions, float32 or float64, little-endian, either order. Rows and columns
/// are as numpy shows them. Throws Error(kInput) that names the file for anything else, and for a file that
/// holds less or more than its header says.
Matrix read_npy(const std::filesystem::path& path);

/// The matrices of a .npz file by name; arrays of other kinds are left out. Throws Error(kInput) as read_npy
/// does.
std::map<std::string, Matrix> read_npz(const std::filesystem::path& path);

/// The `W` and `H` of a .npz file as NpzWriter writes them: W of two dimensions (bins × K) or three (T × bins
/// × K), H of two (K × frames) or three (F × K × frames). Either may be missing, and is empty then. Throws
/// Error(kInput) as read_npz does, and for a W and an H of different components.
Factors read_factors(const std::filesystem::path& path);

/// The text that NpzWriter wrote under `name`, ASCII; nothing where there is none. Throws Error(kInput) for a
/// file that is no .npz.
std::optional<std::string> read_npz_text(const std::filesystem::path& path, const std::string& name);

/// Writes named arrays into one .npz file (not compressed, with a fixed date: equal arrays give equal bytes).
class NpzWriter {
 public:
  void add(std::string name, ConstMatrixView matrix);             ///< float32, rows × columns
  void add(std::string name, const std::vector<double>& values);  ///< float64, one dimension
  void add(std::string name, const std::vector<double>& values,
           Index cols);                               ///< float64, rows × cols, row by row
  void add(std::string name, std::string_view text);  ///< a string of ASCII: numpy's str(array)

  /// `W`, and `H` where there is one. W is bins × K and H is K × frames; with shapes that last or move W is T
  /// × bins × K, with shapes that move H is F × K × frames.
  void add_factors(const Factors& factors);

  /// The same, and `cost`: a row (iteration, cost) for each point of the curve.
  void add(const Fit& fit);

  /// Throws Error(kOutput) where the file cannot be written whole.
  void write(const std::filesystem::path& path) const;

 private:
  std::vector<std::pair<std::string, std::string>> arrays_;  // name, bytes of the .npy file
};

}  // namespace divisi
