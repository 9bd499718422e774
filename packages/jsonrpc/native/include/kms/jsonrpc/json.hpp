// Json: the value type of this library, and what it exports.
#pragma once

#include <nlohmann/json.hpp>

/// Everything in libkmsjsonrpc is hidden but what this macro marks.
#define KMS_JSONRPC_API __attribute__((visibility("default")))

namespace kms::jsonrpc {

/// Any JSON value. Integers within int64 or uint64 are exact; members of objects are kept sorted.
using Json = nlohmann::json;

}  // namespace kms::jsonrpc
