#include "binding/log.hpp"

#include <kms/log/gst-log.hpp>
#include <kms/log/line-stream.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <memory>
#include <string>
#include <unistd.h>

namespace kms::binding {

namespace {

// The process has one log, as GStreamer has. Never freed: threads may log until the very end.
std::atomic<log::LineStream*> processLog{nullptr};
std::atomic_flag isOpened;

/// The end to write to, and the one to read from where the process itself reads.
struct Ends {
  int write;
  int read;
};

Ends endsFor(Napi::Env env, int fd) {
  if (fd >= 0) return {fd, -1};
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) throw Napi::Error::New(env, "no pipe for the log");
  return {pipe[1], pipe[0]};
}

Napi::Value openLog(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsNumber() || !info[1].IsBoolean())
    throw Napi::TypeError::New(env, "openLog takes a number and a boolean");
  if (isOpened.test_and_set())
    throw Napi::Error::New(env, "the log of the process is open already");
  const Ends ends = endsFor(env, info[0].As<Napi::Number>().Int32Value());
  auto stream = std::make_unique<log::LineStream>(ends.write);
  log::takeGstLog(*stream, info[1].As<Napi::Boolean>().Value());
  processLog = stream.release();
  return Napi::Number::New(env, ends.read);
}

void writeLog(const Napi::CallbackInfo& info) {
  log::LineStream* stream = processLog;
  if (stream != nullptr && info[0].IsString())
    stream->write(info[0].As<Napi::String>().Utf8Value());
}

void closeLog(const Napi::CallbackInfo& info) {
  log::LineStream* stream = processLog;
  if (stream != nullptr && info[0].IsNumber())
    stream->close(std::chrono::milliseconds(info[0].As<Napi::Number>().Int64Value()));
}

}  // namespace

void exportLog(Napi::Env env, Napi::Object exports) {
  exports.Set("openLog", Napi::Function::New(env, openLog, "openLog"));
  exports.Set("writeLog", Napi::Function::New(env, writeLog, "writeLog"));
  exports.Set("closeLog", Napi::Function::New(env, closeLog, "closeLog"));
}

}  // namespace kms::binding
