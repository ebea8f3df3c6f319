// SPDX-License-Identifier: Apache-2.0
// Findings in headers count too.
#pragma once

class bad_class_name {  // readability-identifier-naming: an option of the config, not only a check
 public:
  bad_class_name(int value) : value_(value) {}  // google-explicit-constructor

  [[nodiscard]] int value() const { return value_; }

 private:
  int value_;
};
