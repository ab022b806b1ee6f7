// The headers are the target; this file gives the package manager something to compile.
#include "CUEFI.h"
