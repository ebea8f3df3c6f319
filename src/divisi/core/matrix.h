// SPDX-License-Identifier: Apache-2.0
// Matrices of the whole program: column-major float32, one column is one frame.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace divisi {

using Index = std::ptrdiff_t;

/// A matrix that somebody else owns: pointer, rows, columns, and the distance between two columns.
template <typename T>
class BasicMatrixView {
 public:
  BasicMatrixView() = default;
  BasicMatrixView(T* data, Index rows, Index cols, Index stride)
      : data_(data), rows_(rows), cols_(cols), stride_(stride) {
    assert(rows >= 0 && cols >= 0 && stride >= rows);
  }

  /// A mutable view is taken wherever a read-only one is expected, never the other way round.
  template <typename U>
  requires(std::is_const_v<T>&& std::is_same_v<U, std::remove_const_t<T>>)
      BasicMatrixView(BasicMatrixView<U> other)  // NOLINT(google-explicit-constructor)
      : BasicMatrixView(other.data(), other.rows(), other.cols(), other.stride()) {}

  [[nodiscard]] T* data() const { return data_; }
  [[nodiscard]] Index rows() const { return rows_; }
  [[nodiscard]] Index cols() const { return cols_; }
  [[nodiscard]] Index stride() const { return stride_; }

  T& operator()(Index row, Index col) const {
    assert(row >= 0 && row < rows_ && col >= 0 && col < cols_);
    return data_[row + col * stride_];
  }

  [[nodiscard]] std::span<T> col(Index index) const {
    assert(index >= 0 && index < cols_);
    return {data_ + index * stride_, static_cast<std::size_t>(rows_)};
  }

  /// The `count` columns from `first` on.
  [[nodiscard]] BasicMatrixView cols(Index first, Index count) const {
    assert(first >= 0 && count >= 0 && first + count <= cols_);
    return {data_ + first * stride_, rows_, count, stride_};
  }

 private:
  T* data_ = nullptr;
  Index rows_ = 0;
  Index cols_ = 0;
  Index stride_ = 0;
};

using MatrixView = BasicMatrixView<float>;
using ConstMatrixView = BasicMatrixView<const float>;

/// A matrix that owns its values; new ones are zero.
class Matrix {
 public:
  Matrix() = default;
  Matrix(Index rows, Index cols)
      : values_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols)), rows_(rows), cols_(cols) {}

  /// Takes column-major `values`, of which there are rows × cols.
  Matrix(Index rows, Index cols, std::vector<float> values)
      : values_(std::move(values)), rows_(rows), cols_(cols) {
    assert(values_.size() == static_cast<std::size_t>(rows * cols));
  }

  [[nodiscard]] Index rows() const { return rows_; }
  [[nodiscard]] Index cols() const { return cols_; }
  [[nodiscard]] bool empty() const { return values_.empty(); }

  float& operator()(Index row, Index col) { return view()(row, col); }
  float operator()(Index row, Index col) const { return view()(row, col); }
  std::span<float> col(Index index) { return view().col(index); }
  [[nodiscard]] std::span<const float> col(Index index) const { return view().col(index); }
  std::span<float> values() { return values_; }
  [[nodiscard]] std::span<const float> values() const { return values_; }

  MatrixView view() { return {values_.data(), rows_, cols_, rows_}; }
  [[nodiscard]] ConstMatrixView view() const { return {values_.data(), rows_, cols_, rows_}; }
  operator MatrixView() { return view(); }             // NOLINT(google-explicit-constructor)
  operator ConstMatrixView() const { return view(); }  // NOLINT(google-explicit-constructor)

 private:
  std::vector<float> values_;
  Index rows_ = 0;
  Index cols_ = 0;
};

}  // namespace divisi
