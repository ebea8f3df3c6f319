// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/error.h"

#include "divisi/core/text.h"

namespace divisi {

Error::Error(Fault fault, std::string_view subject, std::string_view expected, std::string_view got)
    : std::runtime_error(one_line(std::string(subject) + ": expected " + std::string(expected) + ", got " +
                                  std::string(got))),
      fault_(fault),
      subject_(subject),
      expected_(expected),
      got_(got) {}

}  // namespace divisi
