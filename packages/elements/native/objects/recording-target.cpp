#include "objects/recording-target.hpp"

#include "objects/file-roots.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace kms::elements {

using gst::BusError;
namespace fs = std::filesystem;

namespace {

BusError cannotOpen(const std::string& message, const std::string& debug) {
  return {"RESOURCE_ERROR_OPEN",
          GST_RESOURCE_ERROR_OPEN_WRITE,
          g_quark_to_string(GST_RESOURCE_ERROR),
          message,
          "recorder",
          debug};
}

std::string cannotWrite(const std::string& path) {
  return "Could not open file \"" + path + "\" for writing.";
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

std::string withEnding(const std::string& path, const std::string& ending) {
  return fs::path(path).replace_extension().string() + ending;
}

std::string pathOfTake(const std::string& path, int take) {
  if (take <= 1) return path;
  return withEnding(path, "-" + std::to_string(take) + fs::path(path).extension().string());
}

std::optional<BusError> prepareFolder(const std::string& path,
                                      const std::vector<std::string>& roots) {
  if (!isWithin(path, roots)) {
    return cannotOpen(cannotWrite(path), "it is outside of the folders for recordings");
  }
  std::error_code failure;
  fs::create_directories(fs::path(path).parent_path(), failure);
  if (!failure) return std::nullopt;
  return cannotOpen(cannotWrite(path), failure.message());
}

std::optional<BusError> prepareFile(const std::string& path,
                                    const std::vector<std::string>& roots) {
  if (auto problem = prepareFolder(path, roots)) return problem;
  const std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (file) return std::nullopt;
  return cannotOpen(cannotWrite(path), std::generic_category().message(errno));
}

}  // namespace kms::elements
