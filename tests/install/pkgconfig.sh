#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# pkgconfig.sh LIBDIR COMPILER [FLAGS...]: the consumer builds and runs with what pkg-config says alone.
set -euo pipefail
export PKG_CONFIG_PATH=$1/pkgconfig LD_LIBRARY_PATH=$1
compiler=$2
flags=("${@:3}")
flags=("${flags[@]#-DCMAKE_CXX_FLAGS=}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

read -ra needed < <(pkg-config --cflags --libs divisi)
"$compiler" -std=c++20 "${flags[@]}" "$(dirname "$0")/main.cpp" -o "$work/consumer" "${needed[@]}"
"$work/consumer"
