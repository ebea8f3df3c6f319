// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/version.h"

namespace divisi {

std::string_view version() {
  return DIVISI_VERSION;
}

}  // namespace divisi
