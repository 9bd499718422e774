// The test vectors that the TypeScript side runs as well.
#pragma once

#include <kms/jsonrpc/json.hpp>

#include <fstream>
#include <stdexcept>
#include <string>

namespace kms::jsonrpc {

inline Json readVectors(const std::string& name) {
  std::ifstream file(std::string(KMS_JSONRPC_VECTORS) + "/" + name + ".json");
  if (!file) throw std::runtime_error("no test vectors '" + name + "'");
  return Json::parse(file);
}

}  // namespace kms::jsonrpc
