#pragma once

namespace npuforge::test {

/// The reference machine that this program tests.
extern const char* const kMachine;

} // namespace npuforge::test
