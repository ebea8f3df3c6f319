// SPDX-License-Identifier: Apache-2.0
// JSON values, keys in the order in which they were set. Numbers that are not finite become null.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace divisi {

class Json {
 public:
  Json();  ///< null
  // NOLINTBEGIN(google-explicit-constructor): a value is written where JSON is wanted
  Json(double value);
  Json(int value);
  Json(long value);
  Json(bool value);
  Json(const char* value);
  Json(std::string_view value);
  Json(const std::string& value);
  // NOLINTEND(google-explicit-constructor)
  template <typename T>
  explicit Json(const std::vector<T>& values) : Json(array()) {
    for (const auto& value : values) push(Json(value));
  }

  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(Json other) noexcept;
  ~Json();

  static Json object();
  static Json array();

  /// Nothing where `text` is not JSON.
  static std::optional<Json> parse(std::string_view text);

  /// Sets a member of an object.
  Json& set(std::string_view key, Json value);
  /// Appends to an array.
  Json& push(Json value);

  /// The member, or null where there is none.
  [[nodiscard]] Json at(std::string_view key) const;
  /// The elements of an array; none of anything else.
  [[nodiscard]] std::vector<Json> elements() const;
  /// The string, or nothing where this is none.
  [[nodiscard]] std::optional<std::string> text() const;
  [[nodiscard]] std::optional<double> number() const;

  /// `indent` < 0 writes one line.
  [[nodiscard]] std::string dump(int indent = -1) const;
  /// One line of ASCII, everything else escaped.
  [[nodiscard]] std::string dump_ascii() const;

  friend bool operator==(const Json& a, const Json& b);

 private:
  struct Value;
  std::unique_ptr<Value> value_;
};

}  // namespace divisi
