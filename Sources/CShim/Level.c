#include "CShim.h"

static TransomLevelHandler levelHandler;
static void *levelContext;

void transomInstallLevelHandler(TransomLevelHandler handler, void *context) {
  levelHandler = handler;
  levelContext = context;
}

// Called by the trap entry.
uint64_t transomRunLevel(TransomLevel *level, uint32_t resumed) {
  return levelHandler(levelContext, level, resumed);
}
