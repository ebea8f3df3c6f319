// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/format.h"

namespace divisi {

bool is_integer(Depth depth) {
  return depth != Depth::kFloat && depth != Depth::kDouble;
}

int bytes_of(Depth depth) {
  switch (depth) {
    case Depth::kU8:
      return 1;
    case Depth::kS16:
      return 2;
    case Depth::kS24:
      return 3;
    case Depth::kS32:
    case Depth::kFloat:
      return 4;
    case Depth::kDouble:
      return 8;
  }
  return 0;
}

double unit_in_last_place(Depth depth) {
  switch (depth) {
    case Depth::kU8:
      return 0x1p-7;
    case Depth::kS16:
      return 0x1p-15;
    case Depth::kS24:
      return 0x1p-23;
    case Depth::kS32:
      return 0x1p-31;
    case Depth::kFloat:
    case Depth::kDouble:
      return 0.0;
  }
  return 0.0;
}

std::string_view extension_of(Container container) {
  switch (container) {
    case Container::kWav:
      return "wav";
    case Container::kFlac:
      return "flac";
    case Container::kOgg:
      return "ogg";
    case Container::kMp3:
      return "mp3";
  }
  return "";
}

Depth depth_in(Container container, Depth wanted) {
  switch (container) {
    case Container::kWav:
      return wanted;
    case Container::kFlac:
      return wanted == Depth::kU8 || wanted == Depth::kS16 ? wanted : Depth::kS24;
    case Container::kOgg:
    case Container::kMp3:
      return Depth::kFloat;
  }
  return wanted;
}

}  // namespace divisi
