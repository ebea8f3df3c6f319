#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# install.sh NPM: the packages of package-lock.json, once, however many build folders ask for them.
set -euo pipefail
cd "$(dirname "$0")"
exec 9> .install.lock
flock 9
sum=$(sha256sum package-lock.json)
[ "$(cat node_modules/.divisi 2> /dev/null || true)" = "$sum" ] && exit 0
# Not `ci`: npm 11 refuses a lock file that names no host for the packages of other systems. Versions and digests are the
# lock file's all the same.
rm -rf node_modules  # npm keeps other versions that were there
"$1" install --no-save --ignore-scripts --silent
echo "$sum" > node_modules/.divisi
