// What JavaScript sees of the process's log: the functions openLog, writeLog and closeLog.
#pragma once

#include <napi.h>

namespace kms::binding {

/// Adds `openLog(fd, isColored)`, which gives the end to read from (-1 when `fd` was given),
/// `writeLog(lines)` and `closeLog(milliseconds)` to the addon's exports.
void exportLog(Napi::Env env, Napi::Object exports);

}  // namespace kms::binding
