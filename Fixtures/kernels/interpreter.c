// A byte code machine: dispatch by a dense switch, and services through a table of functions, the
// shape of EBC, AML and IFR interpreters.
#include "kernel.h"

enum { PUSH, ADD, SUB, MUL, XOR, DUP, SWAP, OVER, ROT, LOAD, STORE, LESS, JUMP, JUMPZ, CALL, RET, SERVICE,
       SHIFT, NOT, DROP, INC, HALT };

static const u8 program[] = {
    // Counts down from the value at the start, an inner loop of eight in each round.
    PUSH, 8, STORE, 1,                                    // 0
    LOAD, 1, PUSH, 3, MUL, LOAD, 0, XOR, PUSH, 7, SHIFT,  // 4: work
    CALL, 40, LOAD, 2, ADD, STORE, 2,                     // 15
    LOAD, 1, PUSH, 1, SUB, DUP, STORE, 1, JUMPZ, 35,      // 22
    JUMP, 4, HALT,                                        // 32
    LOAD, 0, PUSH, 1, SUB,                                // 35
    // 40: a function that keeps its argument on the stack.
    DUP, DUP, DUP, NOT, OVER, SWAP, SERVICE, 0, ROT, INC, SERVICE, 1, DROP, SERVICE, 2, RET, HALT,
};

typedef struct {
  u64 stack[64];
  u64 calls[16];
  u64 variables[16];
  u64 top, depth, steps;
} Machine;

typedef u64 (*Service)(Machine *machine, u64 a, u64 b);
static u64 scramble(Machine *machine, u64 a, u64 b) { return mix(a + machine->steps, b); }
static u64 fold(Machine *machine, u64 a, u64 b) { return (a >> 3) + b * 5 + machine->depth; }
static u64 clamp(Machine *machine, u64 a, u64 b) {
  (void)machine;
  return a > b ? a - b : b - a;
}
static const Service services[] = {scramble, fold, clamp};

void prepare(u8 *memory) { (void)memory; }

#define TOP m->stack[m->top - 1]
#define BELOW m->stack[m->top - 2]

static __attribute__((noinline)) u64 execute(Machine *m, const u8 *code) {
  u64 pc = 0;
  for (;;) {
    m->steps++;
    switch (code[pc++]) {
      case PUSH: m->stack[m->top++] = code[pc++]; break;
      case ADD: m->top--; TOP += m->stack[m->top]; break;
      case SUB: m->top--; TOP -= m->stack[m->top]; break;
      case MUL: m->top--; TOP *= m->stack[m->top]; break;
      case XOR: m->top--; TOP ^= m->stack[m->top]; break;
      case DUP: m->stack[m->top] = TOP; m->top++; break;
      case SWAP: { u64 kept = TOP; TOP = BELOW; BELOW = kept; break; }
      case OVER: m->stack[m->top] = BELOW; m->top++; break;
      case ROT: { u64 kept = m->stack[m->top - 3]; m->stack[m->top - 3] = BELOW; BELOW = TOP; TOP = kept; break; }
      case LOAD: m->stack[m->top++] = m->variables[code[pc++] & 15]; break;
      case STORE: m->variables[code[pc++] & 15] = m->stack[--m->top]; break;
      case LESS: m->top--; TOP = TOP < m->stack[m->top]; break;
      case JUMP: pc = code[pc]; break;
      case JUMPZ: pc = m->stack[--m->top] ? pc + 1 : code[pc]; break;
      case CALL: m->calls[m->depth++] = pc + 1; pc = code[pc]; break;
      case RET:
        if (m->depth == 0) return m->variables[2];
        pc = m->calls[--m->depth];
        break;
      case SERVICE: m->top--; TOP = services[code[pc++]](m, TOP, m->stack[m->top]); break;
      case SHIFT: { u64 n = m->stack[--m->top] & 63; TOP = TOP << n | TOP >> (64 - n); break; }
      case NOT: TOP = ~TOP; break;
      case DROP: m->top--; break;
      case INC: TOP++; break;
      default: return m->variables[2];
    }
  }
}

/// `count` runs of the program.
u64 run(u8 *memory, u64 count) {
  Machine *m = (Machine *)memory;
  u64 hash = 0;
  m->steps = 0;
  for (u64 n = 0; n < count; n++) {
    m->top = 8;
    m->depth = 0;
    for (int i = 0; i < 16; i++) m->variables[i] = n * 17 + (u64)i;
    for (int i = 0; i < 64; i++) m->stack[i] = (u64)i;
    hash = mix(hash, execute(m, program));
  }
  return mix(hash, m->steps);
}
