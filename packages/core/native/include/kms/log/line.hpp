// The format of a log line: Kurento's, the same in all processes of the server.
#pragma once

#include <kms/base/export.hpp>

#include <string>
#include <string_view>

namespace kms::log {

/// What a line says besides time, process and thread.
struct Record {
  int level = 0;  ///< as GstDebugLevel: 1 (error) to 9 (memdump)
  std::string_view category;
  std::string_view file;  ///< its folder is left out
  int line = 0;
  std::string_view function;
  std::string_view object;  ///< name of the object it is about; may be empty
  std::string_view message;
};

/// A line with its line break: `time  process  thread  severity  category  file:line  function()
/// <object> message`. Control characters are escaped, a message is cut at 64 KiB. Any thread.
[[nodiscard]] KMS_API std::string formatLine(const Record& record, bool isColored);

}  // namespace kms::log
