// Arguments both ways. Installs the exercise protocol: for n = 0…16 a function of n arguments that
// calls the host's function of n arguments with the same values, each plus its position, and adds
// the host's answer to a checksum of what it got itself; and a descent, each level of which calls
// the host, which calls it again.
#include "efi.h"

typedef uint64_t U;
typedef struct Exercise {
  U size;
  // Set by the host before it calls: its functions of 0…16 arguments.
  U (*host[17])();
  U (*hostDescend)(U left);
  U (*guest[17])();
  U (*guestDescend)(U left);
} Exercise;

static Exercise exercise;

// Positions weigh differently, so that two exchanged arguments are noticed.
#define M(n, x) ((x) * (2 * (n) + 1))

#define P0
#define P1 U a0
#define P2 P1, U a1
#define P3 P2, U a2
#define P4 P3, U a3
#define P5 P4, U a4
#define P6 P5, U a5
#define P7 P6, U a6
#define P8 P7, U a7
#define P9 P8, U a8
#define P10 P9, U a9
#define P11 P10, U a10
#define P12 P11, U a11
#define P13 P12, U a12
#define P14 P13, U a13
#define P15 P14, U a14
#define P16 P15, U a15
#define A1 a0 + 0
#define A2 A1, a1 + 1
#define A3 A2, a2 + 2
#define A4 A3, a3 + 3
#define A5 A4, a4 + 4
#define A6 A5, a5 + 5
#define A7 A6, a6 + 6
#define A8 A7, a7 + 7
#define A9 A8, a8 + 8
#define A10 A9, a9 + 9
#define A11 A10, a10 + 10
#define A12 A11, a11 + 11
#define A13 A12, a12 + 12
#define A14 A13, a13 + 13
#define A15 A14, a14 + 14
#define A16 A15, a15 + 15
#define S1 M(0, a0)
#define S2 S1 + M(1, a1)
#define S3 S2 + M(2, a2)
#define S4 S3 + M(3, a3)
#define S5 S4 + M(4, a4)
#define S6 S5 + M(5, a5)
#define S7 S6 + M(6, a6)
#define S8 S7 + M(7, a7)
#define S9 S8 + M(8, a8)
#define S10 S9 + M(9, a9)
#define S11 S10 + M(10, a10)
#define S12 S11 + M(11, a11)
#define S13 S12 + M(12, a12)
#define S14 S13 + M(13, a13)
#define S15 S14 + M(14, a14)
#define S16 S15 + M(15, a15)
#define GUEST(n)                                            \
  static U guest##n(P##n) {                                 \
    U (*host)(P##n) = (U(*)(P##n))exercise.host[n];         \
    return host ? (S##n) + host(A##n) : (S##n);             \
  }
static U guest0(void) {
  U (*host)(void) = (U(*)(void))exercise.host[0];
  return host ? 100 + host() : 100;
}
GUEST(1) GUEST(2) GUEST(3) GUEST(4) GUEST(5) GUEST(6) GUEST(7) GUEST(8) GUEST(9) GUEST(10)
GUEST(11) GUEST(12) GUEST(13) GUEST(14) GUEST(15) GUEST(16)

// Keeps values in registers and on the stack across the call, and says if one was lost.
static U guestDescend(U left) {
  volatile U onStack[4] = {left, ~left, left * 3, left ^ 0x55};
  U below = left && exercise.hostDescend ? exercise.hostDescend(left - 1) : 0;
  if (onStack[0] != left || onStack[1] != ~left || onStack[2] != left * 3 ||
      onStack[3] != (left ^ 0x55))
    return (U)-1;
  return below + left;
}

Status efiMain(Handle image, SystemTable *system) {
  static const Guid protocol = EXERCISE_GUID;
  exercise.size = sizeof exercise;
  U (*functions[17])() = {
      (U(*)())guest0,  (U(*)())guest1,  (U(*)())guest2,  (U(*)())guest3,  (U(*)())guest4,
      (U(*)())guest5,  (U(*)())guest6,  (U(*)())guest7,  (U(*)())guest8,  (U(*)())guest9,
      (U(*)())guest10, (U(*)())guest11, (U(*)())guest12, (U(*)())guest13, (U(*)())guest14,
      (U(*)())guest15, (U(*)())guest16};
  for (int i = 0; i <= 16; i++) exercise.guest[i] = functions[i];
  exercise.guestDescend = guestDescend;
  return system->boot->InstallProtocolInterface(&image, &protocol, 0, &exercise);
}

RELOCATED(efiMain)
