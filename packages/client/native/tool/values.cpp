#include "tool/values.hpp"

#include "tool/command-line.hpp"

#include <algorithm>

namespace kms::tool {
namespace {

using Json = nlohmann::json;
using client::ParamSchema;

const ParamSchema& findParam(const std::vector<ParamSchema>& params, const std::string& name) {
  const auto found = std::find_if(params.begin(), params.end(),
                                  [&name](const ParamSchema& param) { return param.name == name; });
  if (found != params.end()) return *found;
  std::vector<std::string_view> names;
  names.reserve(params.size());
  for (const ParamSchema& param : params) names.push_back(param.name);
  throw UsageError("there is no parameter '" + name + "', but: " + joined(names));
}

bool isEnumOrPrimitive(const ParamSchema& param) {
  const char last = param.type.back();
  return last != ']' && last != '>' && param.type.find('.') == std::string_view::npos;
}

// Quoted text is taken as JSON everywhere, so that any text can be given.
Json parseValue(const std::string& text, const ParamSchema* param) {
  Json value = Json::parse(text, nullptr, false);
  const bool isText = param != nullptr && param->isText;
  if (value.is_discarded() || (isText && !value.is_string())) value = text;
  if (param == nullptr || isText || !value.is_string()) return value;
  if (isEnumOrPrimitive(*param) || text.front() != '"') {
    throw UsageError("'" + std::string(param->name) + "' should be a " + std::string(param->type) +
                     " in JSON, not '" + text + "'");
  }
  return value;
}

void checkRequired(const Json& values, const std::vector<ParamSchema>& params) {
  for (const ParamSchema& param : params) {
    if (param.isOptional || values.contains(param.name)) continue;
    throw UsageError("the parameter '" + std::string(param.name) + "' (" + std::string(param.type) +
                     ") is missing");
  }
}

}  // namespace

Json parseValues(const std::vector<std::string>& words, const std::vector<ParamSchema>* params) {
  Json values = Json::object();
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError("'" + word + "' should be <parameter>=<value>");
    }
    const std::string name = word.substr(0, equals);
    if (values.contains(name)) throw UsageError("the parameter '" + name + "' comes twice");
    const ParamSchema* param = params == nullptr ? nullptr : &findParam(*params, name);
    values[name] = parseValue(word.substr(equals + 1), param);
  }
  if (params != nullptr) checkRequired(values, *params);
  return values;
}

std::string_view classOfId(std::string_view id) {
  const std::size_t last = id.rfind('_');
  return last == std::string_view::npos ? std::string_view() : id.substr(last + 1);
}

std::string joined(const std::vector<std::string_view>& texts) {
  std::string text;
  for (const std::string_view one : texts) {
    if (!text.empty()) text += ", ";
    text += one;
  }
  return text.empty() ? "none" : text;
}

}  // namespace kms::tool
