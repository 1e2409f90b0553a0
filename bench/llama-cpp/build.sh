#!/bin/sh
# build.sh FOLDER: llama.cpp's own llama-bench and llama-batched-bench into FOLDER, from two packages of npm that hold
# one release of llama.cpp: its sources, and its libraries compiled for each generation of x64 processors.
set -eu
release=3.22.1
commit=de3ff815ea7d559ee917f063901b8986f038abc6
folder=$(mkdir -p "$1" && cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
cd "$folder"

npm pack --silent "node-llama-cpp@$release" "@node-llama-cpp/linux-x64@$release" > /dev/null
sha512sum --check --quiet "$here/packages.sha512"
tar -xzf "node-llama-cpp-linux-x64-$release.tgz" --strip-components 3 package/bins/linux-x64
tar -xzf "node-llama-cpp-$release.tgz" --strip-components 2 package/llama/gitRelease.bundle
rm -rf source
git clone --quiet gitRelease.bundle source 2> /dev/null
test "$(git -C source rev-parse HEAD)" = "$commit"
rm node-llama-cpp*.tgz gitRelease.bundle

for tool in llama-bench batched-bench; do
    c++ -O2 -DNDEBUG -std=c++17 -Isource/include -Isource/common -Isource/ggml/include -Isource/vendor source/tools/$tool/*.cpp -o "llama-${tool#llama-}" \
        -L. -l:libllama-common.so -l:libllama.v0.5.0.so -l:libggml.v0.5.0.so -l:libggml-base.so -pthread '-Wl,-rpath,$ORIGIN'
done

"$folder/llama-bench" --list-devices
