#!/bin/sh
# Prints the versions that native code is built with. Nx hashes the output, so an upgrade of a compiler or a library
# misses the cache. Never fails: a missing tool is reported by the build itself, with a better message.
"${CXX:-c++}" -dumpfullversion -dumpversion -dumpmachine 2>/dev/null
"${CXX:-c++}" --version 2>/dev/null | head -n 1
cmake --version 2>/dev/null | head -n 1
for package in gstreamer-1.0 gstreamer-app-1.0 gstreamer-rtp-1.0 gstreamer-webrtc-1.0 openssl libsrtp2 glib-2.0 \
  nlohmann_json gtest usrsctp opencv4 zbar; do
  echo "$package $(pkg-config --modversion "$package" 2>/dev/null)"
done
exit 0
