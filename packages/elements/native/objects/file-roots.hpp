// Folders that files are confined to.
#pragma once

#include <string>
#include <vector>

namespace kms::elements {

/// Whether `path` lies below one of `roots`, links resolved; true without roots. Blocks.
[[nodiscard]] bool isWithin(const std::string& path, const std::vector<std::string>& roots);

}  // namespace kms::elements
