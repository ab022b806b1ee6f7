// The synchronous exception handler: what LinuxHost's signal handler is there.
#include "include/CTransomDxe.h"

// CShim.h and GuestState.h.
extern const uint8_t transomTrapEntry[];
extern uint64_t transomResumeAfterFault(uint64_t programCounter);
// From the linker.
extern const uint8_t __executable_start[] __attribute__((visibility("hidden")));
extern const uint8_t etext[] __attribute__((visibility("hidden")));

static TransomFaultActions actions;
static uint32_t isInstalled;

// Exception classes (Arm ARM, D17.2.37).
enum {
  instructionAbortLower = 0x20,
  instructionAbort = 0x21,
  fetchAlignment = 0x22,
  dataAbortLower = 0x24,
  dataAbort = 0x25,
};

static void handle(INTN type, EFI_SYSTEM_CONTEXT_AARCH64 *context) {
  uint64_t at = context->ELR;
  uint64_t class = context->ESR >> 26 & 0x3f;
  uint64_t resume;
  switch (class) {
    case instructionAbort:
    case instructionAbortLower:
    case fetchAlignment:
      switch (actions.ownsBranch(at)) {
        case 1:
          context->X[16] = at;
          context->ELR = (uint64_t)transomTrapEntry;
          return;
        case 2:
          context->X[0] = at;
          context->ELR = (uint64_t)actions.standIn;
          return;
      }
      break;
    case dataAbort:
    case dataAbortLower:
      resume = transomResumeAfterFault(at);
      if (resume) {
        context->ELR = resume;
        return;
      }
      if (actions.settles(context->FAR, context->ESR, at)) return;
      break;
  }
  if (at >= (uint64_t)__executable_start && at < (uint64_t)etext) {
    context->X[0] = at;
    context->X[1] = context->ESR;
    context->X[2] = context->FAR;
    context->X[3] = context->X[31];
    context->ELR = (uint64_t)actions.recover;
    return;
  }
  // Nothing of ours. The firmware keeps one handler for each exception, so stepping aside and
  // letting the fault happen again is how its own gets to see it.
  actions.cpu->RegisterInterruptHandler(actions.cpu, type, 0);
  isInstalled = 0;
}

EFI_STATUS transomInstallExceptionHandler(const TransomFaultActions *wanted) {
  actions = *wanted;
  EFI_STATUS status = actions.cpu->RegisterInterruptHandler(
      actions.cpu, EXCEPT_AARCH64_SYNCHRONOUS_EXCEPTIONS, handle);
  isInstalled = status == EFI_SUCCESS;
  return status;
}

void transomRemoveExceptionHandler(void) {
  if (!isInstalled) return;
  actions.cpu->RegisterInterruptHandler(
      actions.cpu, EXCEPT_AARCH64_SYNCHRONOUS_EXCEPTIONS, 0);
  isInstalled = 0;
}

uint64_t transomCodeStart(void) { return (uint64_t)__executable_start; }
