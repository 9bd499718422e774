#include "trace/frame-text.hpp"

#include <cstdlib>
#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <memory>
#include <utility>

namespace kms::crash {

namespace {

struct Free {
  // libdw and __cxa_demangle hand out memory of malloc.
  void operator()(void* memory) const { std::free(memory); }  // NOLINT(cppcoreguidelines-no-malloc)
};
using Scopes = std::unique_ptr<Dwarf_Die[], Free>;

std::string textOf(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, Free> plain(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status));
  return plain ? std::string(plain.get()) : name;
}

std::string nameOf(Dwarf_Die* die) {
  Dwarf_Attribute attribute{};
  for (const unsigned kind : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    if (dwarf_attr_integrate(die, kind, &attribute) == nullptr) continue;
    const std::string name = textOf(dwarf_formstring(&attribute));
    if (!name.empty()) return demangled(name);
  }
  return textOf(dwarf_diename(die));
}

std::string shown(const std::string& function, const std::string& place,
                  const std::string& library) {
  std::string text = function.empty() ? "??" : function;
  if (!place.empty()) text += " at " + place;
  return library.empty() ? text : text + " in " + library;
}

std::string lineAt(Dwfl_Module* module, Dwarf_Addr pc) {
  Dwfl_Line* line = dwfl_module_getsrc(module, pc);
  if (line == nullptr) return {};
  int number = 0;
  const std::string file = textOf(dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr));
  return file.empty() ? file : file + ":" + std::to_string(number);
}

// Where the function that `die` inlines is called.
std::string callPlace(Dwarf_Die* die, Dwarf_Die* unit) {
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  Dwarf_Attribute attribute{};
  Dwarf_Word file = 0;
  Dwarf_Word line = 0;
  if (dwarf_getsrcfiles(unit, &files, &count) != 0) return {};
  if (dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attribute), &file) != 0) return {};
  dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &attribute), &line);
  const std::string name = textOf(dwarf_filesrc(files, file, nullptr, nullptr));
  return name.empty() ? name : name + ":" + std::to_string(line);
}

// From the innermost scope to the outermost, as they lie in the machine code.
std::vector<Dwarf_Die> scopesAt(Dwarf_Die* unit, Dwarf_Addr pc) {
  Dwarf_Die* found = nullptr;
  if (unit == nullptr || dwarf_getscopes(unit, pc, &found) <= 0) return {};
  const Scopes innermost(found);
  Dwarf_Die* enclosing = nullptr;
  // The list above goes on where an inlined function is defined, this one where it is called.
  const int count = dwarf_getscopes_die(&innermost[0], &enclosing);
  if (count <= 0) return {};
  const Scopes owned(enclosing);
  return {enclosing, enclosing + count};
}

/// One program counter in the module that it lies in.
class ModuleFrames {
 public:
  ModuleFrames(Dwfl_Module* module, Dwarf_Addr pc) : m_module(module), m_pc(pc) {
    const char* file = nullptr;
    const char* name =
        dwfl_module_info(module, nullptr, nullptr, nullptr, nullptr, nullptr, &file, nullptr);
    m_library = textOf(file == nullptr ? name : file);
    m_library.erase(0, m_library.rfind('/') + 1);
  }

  std::vector<std::string> texts() {
    std::vector<std::string> found;
    std::string place = lineAt(m_module, m_pc);
    Dwarf_Addr bias = 0;
    Dwarf_Die* unit = dwfl_module_addrdie(m_module, m_pc, &bias);
    for (Dwarf_Die& scope : scopesAt(unit, m_pc - bias)) {
      const int tag = dwarf_tag(&scope);
      if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram) continue;
      found.push_back(shown(nameOf(&scope), place, m_library));
      if (tag == DW_TAG_subprogram) return found;
      place = callPlace(&scope, unit);
    }
    found.push_back(shown(demangled(symbol()), place, m_library));
    return found;
  }

  std::string symbol() {
    GElf_Off offset = 0;
    GElf_Sym symbol{};
    return textOf(
        dwfl_module_addrinfo(m_module, m_pc, &offset, &symbol, nullptr, nullptr, nullptr));
  }

 private:
  Dwfl_Module* m_module;
  Dwarf_Addr m_pc;
  std::string m_library;
};

}  // namespace

std::vector<std::string> frameTexts(Dwfl* session, Dwarf_Addr pc, bool isCall) {
  const Dwarf_Addr inside = isCall ? pc - 1 : pc;
  Dwfl_Module* module = dwfl_addrmodule(session, inside);
  if (module == nullptr) return {"??"};  // code that was made at run time, such as JavaScript's
  return ModuleFrames(module, inside).texts();
}

std::string symbolAt(Dwfl* session, Dwarf_Addr pc) {
  Dwfl_Module* module = dwfl_addrmodule(session, pc);
  return module == nullptr ? std::string() : ModuleFrames(module, pc).symbol();
}

}  // namespace kms::crash
