// Writes the wide program: about 90,000 instructions of which each runs once. Runs on the machine
// that builds, and prints assembly. The mix is that of firmware code: moves, stack and record
// accesses, address arithmetic, compares with branches, calls of small functions.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 18;
static uint32_t pick(uint32_t limit) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (uint32_t)((state * 0x2545F4914F6CDD1Dull) >> 33) % limit;
}

static const char *const wideNames[] = {"rax", "rcx", "rdx", "rbx", "rsi", "r8", "r9",
                                        "r10", "r11", "r12", "r13", "r14"};
static const char *const names[] = {"eax", "ecx", "edx", "ebx", "esi", "r8d", "r9d",
                                    "r10d", "r11d", "r12d", "r13d", "r14d"};
static const char *const byteNames[] = {"al", "cl", "dl", "bl", "sil", "r8b", "r9b",
                                        "r10b", "r11b", "r12b", "r13b", "r14b"};
static const char *const conditions[] = {"e", "ne", "b", "ae", "l", "ge", "le", "g", "s", "be"};
static unsigned labels;
static int written;

static const char *w(void) { return wideNames[pick(12)]; }
static const char *d(void) { return names[pick(12)]; }
static const char *b(void) { return byteNames[pick(12)]; }
/// RDI is the program's memory, RBP a frame in it.
static void memory(char *to, size_t size) {
  const char *base = pick(3) ? "rbp" : "rdi";
  snprintf(to, size, "[%s+%u]", base, 8 * pick(base[1] == 'b' ? 14 : 500));
}

static void one(void) {
  char m[32];
  memory(m, sizeof m);
  unsigned kind = pick(100);
  written++;
  if (kind < 14) printf("mov %s, qword ptr %s\n", w(), m);
  else if (kind < 24) printf("mov qword ptr %s, %s\n", m, w());
  else if (kind < 29) printf("mov %s, dword ptr %s\n", d(), m);
  else if (kind < 33) printf("mov dword ptr %s, %s\n", m, d());
  else if (kind < 35) printf("mov byte ptr %s, %s\n", m, b());
  else if (kind < 39) printf("movzx %s, byte ptr %s\n", d(), m);
  else if (kind < 40) printf("movsxd %s, dword ptr %s\n", w(), m);
  else if (kind < 46) printf("mov %s, %s\n", w(), w());
  else if (kind < 50) printf("mov %s, %u\n", d(), pick(100000));
  else if (kind < 55) printf("lea %s, [%s+%s*%u+%u]\n", w(), w(), w(), 1u << pick(4), pick(256));
  else if (kind < 60) printf("add %s, %s\n", w(), w());
  else if (kind < 63) printf("sub %s, %u\n", d(), pick(128));
  else if (kind < 66) printf("xor %s, %s\n", d(), d());
  else if (kind < 69) printf("and %s, %u\n", d(), pick(65536));
  else if (kind < 71) printf("or %s, qword ptr %s\n", w(), m);
  else if (kind < 73) printf("shl %s, %u\n", w(), 1 + pick(20));
  else if (kind < 75) printf("shr %s, %u\n", d(), 1 + pick(20));
  else if (kind < 77) printf("imul %s, %s\n", w(), w());
  else if (kind < 78) printf("add qword ptr %s, %s\n", m, w());
  else if (kind < 79) printf("inc %s\n", d());
  else if (kind < 80) printf("movzx %s, %s\n", d(), b());
  else if (kind < 96) {
    // A compare and a branch over nothing: taken or not, everything runs.
    switch (pick(3)) {
      case 0: printf("test %s, %s\n", w(), w()); break;
      case 1: printf("cmp %s, %u\n", d(), pick(1000)); break;
      default: printf("cmp %s, qword ptr %s\n", w(), m); break;
    }
    written++;
    switch (pick(8)) {
      case 0: printf("set%s %s\n", conditions[pick(10)], b()); break;
      case 1: printf("cmov%s %s, %s\n", conditions[pick(10)], w(), w()); break;
      default:
        printf("j%s .L%u\n.L%u:\n", conditions[pick(10)], labels, labels);
        labels++;
    }
  } else if (kind < 97) printf("jmp .L%u\n.L%u:\n", labels, labels), labels++;
  else if (kind < 98) printf("movups xmm%u, xmmword ptr %s\n", pick(6), m);
  else if (kind < 99) printf("movups xmmword ptr %s, xmm%u\n", m, pick(6));
  else printf("pxor xmm%u, xmm%u\n", pick(6), pick(6));
}

int main(void) {
  const int wanted = 90000;
  unsigned functions = 0;
  printf(".intel_syntax noprefix\n.section .text.functions,\"ax\"\n");
  // Each function is called once, by main: prologue, body, epilogue are 12 more, call included.
  while (written < wanted - 140) {
    printf("f%u:\npush rbx\npush r12\npush r13\npush r14\nsub rsp, 40\n", functions);
    int until = written + 5 + 12 + (int)pick(60);
    written += 5;
    while (written < until) one();
    printf("add rsp, 40\npop r14\npop r13\npop r12\npop rbx\nret\n");
    written += 7;
    functions++;
  }
  printf(".section .text.run,\"ax\"\n.globl run, prepare\nprepare: ret\n");
  printf("run:\npush rbp\npush rbx\npush r12\npush r13\npush r14\nlea rbp, [rdi+4096]\n");
  for (int n = 0; n < 12; n++) {
    if (n != 4) printf("mov %s, %u\n", names[n], 1 + pick(1000));
  }
  printf("mov esi, 5\n");
  for (unsigned n = 0; n < functions; n++) printf("call f%u\n", n);
  // A sum of the memory would be a loop; a few words say enough.
  for (int n = 0; n < 40; n++) printf("add rax, qword ptr [rdi+%d]\nrol rax, 7\n", 8 * 13 * n % 4000);
  printf("pop r14\npop r13\npop r12\npop rbx\npop rbp\nret\n");
  fprintf(stderr, "%u functions, %d instructions\n", functions, written + 18 + 80 + 6);
  return 0;
}
