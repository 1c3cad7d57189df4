#include "machine.h"

const char* const npuforge::test::kMachine = "wide64";
