#include "tool/commands.hpp"

#include "tool/values.hpp"
#include "tool/watch.hpp"

#include <kms/client/client.hpp>
#include <kms/client/modules.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace kms::tool {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

// Objects outlive the program: their session is left to the next call, or the garbage collector.
Json request(const CommandLine& line, std::string_view method, const Json& params) {
  client::Client server(line.client);
  Json result = server.request(method, params).get();
  server.close(client::SessionEnd::kKeep);
  return result;
}

void print(const CommandLine& line, const Json& value, std::ostream& out) {
  if (value.is_null()) return;
  const bool isPlain = line.isRaw && value.is_string();
  out << (isPlain ? value.get<std::string>()
                  : value.dump(-1, ' ', false, Json::error_handler_t::replace))
      << std::endl;
}

Words after(const CommandLine& line, std::size_t count) {
  return {line.words.begin() + static_cast<std::ptrdiff_t>(count), line.words.end()};
}

void expectWords(const CommandLine& line, std::size_t least, std::size_t most, const char* usage) {
  if (line.words.size() >= least && line.words.size() <= most) return;
  throw UsageError("usage: kms-call " + line.command + " " + usage);
}

int create(const CommandLine& line, Streams streams) {
  expectWords(line, 1, 1000, "<type> [<parameter>=<value>...]");
  const std::string& type = line.words.front();
  const client::ClassSchema* declared = client::findClass(type);
  if (declared != nullptr && !declared->isCreatable) {
    throw UsageError("objects of " + type + " cannot be created");
  }
  const Json params =
      parseValues(after(line, 1), declared ? &declared->constructorParams : nullptr);
  const Json result = request(line, "create", {{"type", type}, {"constructorParams", params}});
  streams.out << result.value("value", "") << std::endl;
  return kDone;
}

const client::OperationSchema* operationOf(const std::string& id, const std::string& name) {
  const client::ClassSchema* declared = client::findClass(classOfId(id));
  if (declared == nullptr) return nullptr;
  const auto* operation = client::findOperation(*declared, name);
  if (operation != nullptr) return operation;
  throw UsageError(std::string(declared->name) + " has no operation '" + name +
                   "': see kms-call types " + std::string(declared->name));
}

int invoke(const CommandLine& line, Streams streams) {
  expectWords(line, 2, 1000, "<object id> <operation> [<parameter>=<value>...]");
  const std::string& id = line.words[0];
  const std::string& name = line.words[1];
  const auto* operation = operationOf(id, name);
  const Json params = parseValues(after(line, 2), operation ? &operation->params : nullptr);
  const Json result =
      request(line, "invoke", {{"object", id}, {"operation", name}, {"operationParams", params}});
  print(line, result.value("value", Json()), streams.out);
  return kDone;
}

int describe(const CommandLine& line, Streams streams) {
  expectWords(line, 1, 1, "<object id>");
  Json result = request(line, "describe", {{"object", line.words.front()}});
  result.erase("sessionId");
  print(line, result, streams.out);
  return kDone;
}

int release(const CommandLine& line, Streams) {
  expectWords(line, 1, 1, "<object id>");
  request(line, "release", {{"object", line.words.front()}});
  return kDone;
}

int ping(const CommandLine& line, Streams streams) {
  expectWords(line, 0, 0, "");
  streams.out << request(line, "ping", Json::object()).value("value", "") << std::endl;
  return kDone;
}

void printParams(const std::vector<client::ParamSchema>& params, std::ostream& out) {
  for (const auto& param : params) {
    out << " " << (param.isOptional ? "[" : "") << param.name << "=<" << param.type << ">"
        << (param.isOptional ? "]" : "");
  }
}

void printClass(const client::ClassSchema& declared, std::ostream& out) {
  out << declared.qualifiedName << ": " << declared.doc << "\n";
  if (declared.isCreatable) {
    out << "create " << declared.name;
    printParams(declared.constructorParams, out);
    out << "\n";
  }
  for (const auto* level = &declared; level != nullptr; level = client::findClass(level->parent)) {
    for (const auto& operation : level->operations) {
      out << "invoke <id> " << operation.name;
      printParams(operation.params, out);
      if (operation.returns != "void") out << " -> " << operation.returns;
      out << "\n    " << operation.doc << "\n";
    }
  }
  out << "events: " << joined(client::eventsOf(declared)) << std::endl;
}

int types(const CommandLine& line, Streams streams) {
  expectWords(line, 0, 1, "[<type>]");
  if (!line.words.empty()) {
    const client::ClassSchema* declared = client::findClass(line.words.front());
    if (declared == nullptr) throw UsageError("no type '" + line.words.front() + "' is known here");
    printClass(*declared, streams.out);
    return kDone;
  }
  for (const auto* module : client::modules()) {
    for (const auto& declared : module->classes) {
      streams.out << declared.qualifiedName << ": " << declared.doc << "\n";
    }
  }
  streams.out << std::flush;
  return kDone;
}

struct Command {
  std::string_view name;
  std::string_view help;
  int (*run)(const CommandLine& line, Streams streams);
};

constexpr std::array kCommands{
    Command{"create", "<type> [<parameter>=<value>...]              prints the object's id",
            &create},
    Command{"invoke", "<id> <operation> [<parameter>=<value>...]    prints the result as JSON",
            &invoke},
    Command{"describe", "<id>                                       prints type and ancestors",
            &describe},
    Command{"release", "<id>                                        ends the object", &release},
    Command{"watch", "<id> <event>...                               prints a line for each event",
            &watch},
    Command{"ping", "                                               prints pong", &ping},
    Command{"types", "[<type>]                                      prints what there is", &types},
};

}  // namespace

int runCommand(const CommandLine& line, Streams streams) {
  const auto* found =
      std::find_if(kCommands.begin(), kCommands.end(),
                   [&line](const Command& command) { return command.name == line.command; });
  if (found == kCommands.end()) {
    throw UsageError(line.command.empty() ? "no command given: see kms-call --help"
                                          : "there is no command '" + line.command + "'");
  }
  return found->run(line, streams);
}

std::string help() {
  std::string text = "usage: kms-call [<option>...] <command> ...\n\n";
  for (const Command& command : kCommands) {
    text += "  " + std::string(command.name) + " " + std::string(command.help) + "\n";
  }
  return text + "\n" + optionsHelp() +
         "\nValues are JSON, or text where they are none or the parameter is text. Objects that "
         "are\n"
         "created live until they are released, or some minutes after the last use of their "
         "session.\n"
         "Exit codes: 0 done, 1 the server refused (code and type on stderr), 2 wrong use,\n"
         "3 no connection.\n";
}

}  // namespace kms::tool
