// The one table of conversions between kms::Value and JavaScript. Raw Node-API with every status
// checked, since it is also used where node-addon-api's exceptions would end the process
// (toolchain.md 4).
//
//   kms::Value | to JavaScript                          | from JavaScript
//   null       | null                                   | null, undefined
//   bool       | boolean                                | boolean
//   int64      | number if it is a safe integer, bigint | integral number in the safe range, bigint
//   of 64 bits double     | number                                 | any other number string     |
//   string                                 | string bytes      | Uint8Array | Uint8Array, Buffer
//   list       | Array                                  | Array
//   map        | object (own enumerable properties)     | any other object
//
// Everything else (functions, symbols, deeper than 64 levels) is refused with Error 40001 naming
// the place.
#pragma once

#include <kms/base/value.hpp>

#include <node_api.h>
#include <string>

namespace kms::binding {

/// Null when the environment is going down or out of memory. JavaScript thread.
[[nodiscard]] napi_value toJs(napi_env env, const Value& value);
/// Throws Error 40001. `place` is what the value is called in messages. JavaScript thread.
[[nodiscard]] Value fromJs(napi_env env, napi_value value, const std::string& place);
/// A JavaScript Error with a numeric `code`; null as above.
[[nodiscard]] napi_value toJsError(napi_env env, int code, const std::string& message);

}  // namespace kms::binding
