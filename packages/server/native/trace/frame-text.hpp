// How a frame of a stack is shown: what is called, where in the source, in which file.
#pragma once

#include <elfutils/libdwfl.h>
#include <string>
#include <vector>

namespace kms::crash {

/// `function at file:line in library` for each call that the frame at `pc` stands for: the inlined
/// ones first, innermost to outermost. What is not known is left out. `isCall`: pc is where a call
/// returns to, so that the call itself lies before it.
[[nodiscard]] std::vector<std::string> frameTexts(Dwfl* session, Dwarf_Addr pc, bool isCall);

/// The plain (mangled) name of the function at `pc`; empty if unknown.
[[nodiscard]] std::string symbolAt(Dwfl* session, Dwarf_Addr pc);

}  // namespace kms::crash
