#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# browser_check.sh REPORT.html TRACKS [MODEL]: opens the report in a real browser, without a network, and fails unless its
# script ran to the end: one picture drawn for each track and MODEL (four) of the model, and no error. Exit 77: there is no
# browser.
set -euo pipefail

report=${1:?usage: browser_check.sh REPORT.html TRACKS}
tracks=${2:?usage: browser_check.sh REPORT.html TRACKS}
model=${3:-4}

for name in chromium chromium-browser google-chrome; do
  if browser=$(command -v "$name"); then break; fi
done
if [ -z "${browser:-}" ]; then
  echo "browser_check: skipped, there is no Chromium here"
  exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A fixed name: what stands in the report's own one would have to be escaped in an address.
cp -- "$report" "$work/report.html"

timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
  --disable-background-networking --disable-component-update --disable-sync --host-resolver-rules='MAP * ~NOTFOUND' \
  --user-data-dir="$work/profile" --virtual-time-budget=20000 --dump-dom "file://$work/report.html" \
  > "$work/dom.html" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }

# The opening tag alone: the report's own words, further down, could look like anything.
opening=$(tr '\n' ' ' < "$work/dom.html" | grep -o -m1 '<html[^>]*>' || true)
opening=${opening%%>*}
attribute() { sed -n "s/.* data-$1=\"\([^\"]*\)\".*/\1/p" <<< "$opening"; }

if [[ $opening == *' data-error='* ]]; then
  echo "browser_check: expected no error, got '$(attribute error)'" >&2
  exit 1
fi
expected=$((tracks + model))
if [ "$(attribute ready)" != "$expected" ]; then
  echo "browser_check: expected $expected pictures, got '$(attribute ready)' in '$opening'" >&2
  exit 1
fi
echo "browser_check: $expected pictures drawn"
