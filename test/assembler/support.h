#pragma once
// What the assembler's tests share: the spec, a folder for files, and the message of a
// ProgramError.

#include <filesystem>
#include <string>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/file.h"
#include "npuforge/isa/spec.h"

#include "../temporary_folder.h"

namespace npuforge::assembler::test {

using npuforge::test::TemporaryFolder;

inline const isa::Spec& edge16() {
  static const isa::Spec spec = isa::load_spec(isa::find_machine("edge16"));
  return spec;
}

/// The message of the ProgramError or FileError that `action` throws; "" if it throws none.
template <typename Action>
std::string message_of(Action&& action) {
  try {
    action();
    return "";
  } catch (const ProgramError& error) {
    return error.what();
  } catch (const isa::FileError& error) {
    return error.what();
  }
}

} // namespace npuforge::assembler::test
