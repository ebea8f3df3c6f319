#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check.sh: fails unless clang-tidy finds in canary.cpp what it must find. Exit 77: there is no clang-tidy 14.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v clang-tidy-14 > /dev/null; then
  echo "tidy_canary: skipped, there is no clang-tidy-14 here"
  exit 77
fi
if found=$(clang-tidy-14 --quiet canary.cpp -- -std=c++20 2>&1); then
  echo "tidy_canary: expected findings that are errors, got none: is .clang-tidy valid?" >&2
  echo "$found" >&2
  exit 1
fi
for check in canary.h: readability-identifier-naming google-explicit-constructor modernize-use-nullptr \
  cppcoreguidelines-init-variables bugprone-narrowing-conversions; do
  if [[ $found != *"$check"* ]]; then
    echo "tidy_canary: expected $check among the findings, got:" >&2
    echo "$found" >&2
    exit 1
  fi
done
echo "tidy_canary: all findings are there"
