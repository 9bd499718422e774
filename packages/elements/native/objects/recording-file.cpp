#include "objects/recording-file.hpp"

#include <gst/app/gstappsrc.h>

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace kms::elements {

using gst::BusError;
using gst::ElementPtr;
using media::Medium;

namespace {

BusError cannotOpen(const std::string& message, const std::string& debug) {
  return {"RESOURCE_ERROR_OPEN",
          GST_RESOURCE_ERROR_OPEN_WRITE,
          g_quark_to_string(GST_RESOURCE_ERROR),
          message,
          "recorder",
          debug};
}

std::string inputFragment(const std::string& name) {
  return " appsrc name=" + name +
         " format=time max-bytes=0 max-buffers=0 max-time=0 block=false ! mux." + name + "_0";
}

}  // namespace

RecordingTarget targetOf(const std::string& uri) {
  char* host = nullptr;
  GError* failure = nullptr;
  const gst::StringPtr path(g_filename_from_uri(uri.c_str(), &host, &failure));
  const gst::StringPtr owned(host);
  const gst::ErrorPtr error(failure);
  const std::string message = "Cannot write to '" + uri + "'";
  if (error) return {{}, cannotOpen(message, error->message)};
  if (host != nullptr && std::string_view(host) != "localhost") {
    return {{}, cannotOpen(message, "the file is on another host")};
  }
  return {path.get(), std::nullopt};
}

std::optional<BusError> prepareFile(const std::string& path) {
  std::error_code failure;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failure);
  if (!failure) {
    const std::ofstream file(path, std::ios::binary | std::ios::trunc);
    if (file) return std::nullopt;
    failure.assign(errno, std::generic_category());
  }
  return cannotOpen("Could not open file '" + path + "' for writing.", failure.message());
}

RecordingFile::RecordingFile(gst::Runtime& runtime, const RecordingFileConfig& config,
                             Handlers handlers)
    : m_handlers(std::move(handlers)) {
  std::string description = "webmmux name=mux ! filesink name=file async=false";
  for (const auto& [medium, caps] : config.tracks) {
    description += inputFragment(std::string(media::toText(medium)));
  }
  gst::PipelineHandlers bus;
  bus.onError = [this](const BusError& error) {
    if (const auto call = m_handlers.onError) call(error);
  };
  bus.onEndOfStream = [this] {
    if (const auto call = m_handlers.onComplete) call();
  };
  m_pipeline = std::make_unique<gst::Pipeline>(runtime, config.name, description, std::move(bus));
  g_object_set(m_pipeline->find("file").get(), "location", config.path.c_str(), nullptr);
  for (const auto& [medium, caps] : config.tracks) {
    ElementPtr input = m_pipeline->find(std::string(media::toText(medium)).c_str());
    g_object_set(input.get(), "caps", caps.get(), nullptr);
    m_inputs[medium] = std::move(input);
  }
}

void RecordingFile::start() {
  m_pipeline->setState(GST_STATE_PLAYING, [weak = weak_from_this()](bool reached) {
    const auto self = weak.lock();
    if (!self || !reached) return;  // the bus says why
    self->m_isStarted = true;
    self->flush();
  });
}

void RecordingFile::write(std::vector<RecordedFrame> frames) {
  for (RecordedFrame& frame : frames) m_waiting.push_back(std::move(frame));
  flush();
}

void RecordingFile::flush() {
  if (!m_isStarted) return;
  for (RecordedFrame& frame : std::exchange(m_waiting, {})) {
    const auto input = m_inputs.find(frame.medium);
    if (input == m_inputs.end()) continue;
    gst_app_src_push_buffer(GST_APP_SRC_CAST(input->second.get()), frame.buffer.release());
  }
  if (!m_isFinishing) return;
  for (const auto& [medium, input] : m_inputs) {
    gst_app_src_end_of_stream(GST_APP_SRC_CAST(input.get()));
  }
}

void RecordingFile::finish() {
  if (std::exchange(m_isFinishing, true)) return;
  flush();
}

List RecordingFile::elements() const {
  return m_pipeline->elements();
}

std::string RecordingFile::dot(int details) const {
  return m_pipeline->dot(details);
}

void RecordingFile::close(std::function<void()> done) {
  m_handlers = {};
  m_inputs.clear();
  m_pipeline->close(std::move(done));
}

}  // namespace kms::elements
