// Parameters from words such as `uri=file:///clip.webm` and `networkCache=200`.
#pragma once

#include <kms/client/schema.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace kms::tool {

/// The named values as JSON. With `params` (null: what is called is not known), names must be among
/// them, required ones must be there, and values of text types are text; other values are JSON, or
/// text where they are none. Throws UsageError.
[[nodiscard]] nlohmann::json parseValues(const std::vector<std::string>& words,
                                         const std::vector<client::ParamSchema>* params);

/// The class that an object's id names, as `kurento.PlayerEndpoint`.
[[nodiscard]] std::string_view classOfId(std::string_view id);

/// The texts with commas between; `none` where there are none.
[[nodiscard]] std::string joined(const std::vector<std::string_view>& texts);

}  // namespace kms::tool
