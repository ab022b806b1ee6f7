// A QEMU plugin that counts executed instructions exactly: all, and those in one range.
//
// Debian packages no header for plugins; what is used of the interface (version 1, stable since
// QEMU 4.2) is declared here. The runner names the range and asks for the counts by system calls
// that no kernel has; the counts go to its standard output, where the host's tool reads them.
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "CCaseRunner.h"

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t PluginID;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { inlineAdd = 0 };

extern void qemu_plugin_register_vcpu_tb_trans_cb(
    PluginID id, void (*callback)(PluginID, struct qemu_plugin_tb *));
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
    const struct qemu_plugin_tb *block, size_t index);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
extern void qemu_plugin_register_vcpu_insn_exec_inline(
    struct qemu_plugin_insn *instruction, int operation, void *to, uint64_t value);
extern void qemu_plugin_register_vcpu_syscall_cb(
    PluginID id, void (*callback)(
        PluginID, unsigned, int64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
        uint64_t, uint64_t));

EXPORT int qemu_plugin_version = 1;

static TransomRunnerCounts counts, reported;
static uint64_t rangeStart, rangeEnd;

static void translated(PluginID id, struct qemu_plugin_tb *block) {
  (void)id;
  size_t count = qemu_plugin_tb_n_insns(block);
  for (size_t n = 0; n < count; n++) {
    struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, n);
    uint64_t at = qemu_plugin_insn_vaddr(instruction);
    qemu_plugin_register_vcpu_insn_exec_inline(instruction, inlineAdd, &counts.all, 1);
    if (at >= rangeStart && at < rangeEnd)
      qemu_plugin_register_vcpu_insn_exec_inline(instruction, inlineAdd, &counts.inCode, 1);
  }
}

static void called(
    PluginID id, unsigned processor, int64_t number, uint64_t first, uint64_t second, uint64_t a3,
    uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
  (void)id, (void)processor, (void)a3, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
  if (number == transomMarkerRange) {
    rangeStart = first;
    rangeEnd = second;
  } else if (number == transomMarkerReport) {
    TransomRunnerCounts now = counts;
    TransomRunnerCounts report = {now.inCode - reported.inCode, now.all - reported.all};
    reported = now;
    if (write(1, &report, sizeof report) != sizeof report) _exit(2);
  }
}

EXPORT int qemu_plugin_install(PluginID id, const void *info, int count, char **arguments) {
  (void)info, (void)count, (void)arguments;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_vcpu_syscall_cb(id, called);
  return 0;
}
