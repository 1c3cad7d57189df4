#include "machine.h"

const char* const npuforge::test::kMachine = "edge16";
