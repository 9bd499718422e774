// Where a recording goes.
#pragma once

#include <kms/gst/pipeline.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kms::elements {

/// The file that a URI names, or why there is none.
struct RecordingTarget {
  std::string path;
  std::optional<gst::BusError> problem;
};

/// Reads a file:// URI; an error of RESOURCE_ERROR_OPEN for another one.
[[nodiscard]] RecordingTarget targetOf(const std::string& uri);

/// The path of the n-th recording of one endpoint: the first has the path itself, the others
/// "-2", "-3", ... before the file's extension.
[[nodiscard]] std::string pathOfTake(const std::string& path, int take);
/// `path` without its extension and with `ending` instead.
[[nodiscard]] std::string withEnding(const std::string& path, const std::string& ending);

/// Makes the folders above `path`; with `roots`, only when it lies below one of these folders,
/// links resolved. Blocks. An error of RESOURCE_ERROR_OPEN when not.
[[nodiscard]] std::optional<gst::BusError> prepareFolder(const std::string& path,
                                                         const std::vector<std::string>& roots);
/// The same, and makes an empty file of that name.
[[nodiscard]] std::optional<gst::BusError> prepareFile(const std::string& path,
                                                       const std::vector<std::string>& roots);

}  // namespace kms::elements
