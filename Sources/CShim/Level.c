#include "CShim.h"

static TransomLevelHandler levelHandler;
static void *levelContext;

// Read by the trap entry: base and size.
uint64_t transomLevelStack[2];

void transomLendLevelStack(uint64_t base, uint64_t size) {
  transomLevelStack[0] = base;
  transomLevelStack[1] = size;
}

void transomInstallLevelHandler(TransomLevelHandler handler, void *context) {
  levelHandler = handler;
  levelContext = context;
}

// Called by the trap entry.
uint64_t transomRunLevel(TransomLevel *level, uint32_t resumed) {
  return levelHandler(levelContext, level, resumed);
}
