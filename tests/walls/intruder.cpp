// SPDX-License-Identifier: Apache-2.0
// A file in room `factor`, which declares `core` and nothing else.
#include "divisi/core/matrix.h"

#ifdef INCLUDE_ANOTHER_ROOM
#include "divisi/audio/reader.h"
#endif

divisi::Index rows(divisi::ConstMatrixView view) {
  return view.rows();
}
