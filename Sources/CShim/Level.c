#include "CShim.h"

// Read by the trap entry: base and size.
uint64_t transomLevelStack[2] __attribute__((visibility("hidden")));
// Read by the trap entry and by the call out.
TransomBridge *transomActiveBridge __attribute__((visibility("hidden")));

void transomLendLevelStack(uint64_t base, uint64_t size) {
  transomLevelStack[0] = base;
  transomLevelStack[1] = size;
}

void transomActivateBridge(TransomBridge *bridge) { transomActiveBridge = bridge; }
