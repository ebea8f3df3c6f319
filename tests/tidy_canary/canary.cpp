// SPDX-License-Identifier: Apache-2.0
// Must fail clang-tidy: one finding for each kind of rule in .clang-tidy. A config that is not valid
// (CheckOptions written as a map, say) finds none of them, and nothing else would tell.
#include "canary.h"

int* nothing() {
  return 0;  // modernize-use-nullptr
}

int half(bad_class_name value) {
  int unset;                    // cppcoreguidelines-init-variables
  unset = value.value() / 2.0;  // bugprone-narrowing-conversions
  return unset;
}
