#include "CCaseRunner.h"

_Static_assert(sizeof(TransomRunnerRequest) == 72 + 8 * transomWordCount, "no padding");
_Static_assert(sizeof(TransomRunnerResult) == 48 + 8 * transomWordCount, "no padding");
