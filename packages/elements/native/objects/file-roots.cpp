#include "objects/file-roots.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace kms::elements {

namespace fs = std::filesystem;

namespace {

bool isBelow(const fs::path& path, const std::string& root) {
  std::error_code failure;
  fs::path folder = fs::weakly_canonical(root, failure);
  if (failure) return false;
  if (!folder.has_filename()) folder = folder.parent_path();
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

}  // namespace

bool isWithin(const std::string& path, const std::vector<std::string>& roots) {
  if (roots.empty()) return true;
  std::error_code failure;
  const fs::path real = fs::weakly_canonical(path, failure);
  if (failure) return false;
  return std::any_of(roots.begin(), roots.end(),
                     [&](const std::string& root) { return isBelow(real, root); });
}

}  // namespace kms::elements
