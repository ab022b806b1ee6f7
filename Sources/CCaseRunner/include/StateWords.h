#pragma once
// A processor's architectural state as one array of words: the form in which cases are handed to the
// host's own processor, to the engine, and to the engine in another process.

/// Positions in the state of a processor, an array of 64-bit words.
enum {
  transomWordGeneral = 0,
  transomWordRIP = 16,
  transomWordFlags = 17,
  transomWordFSBase = 18,
  transomWordGSBase = 19,
  /// Four words for each of 16 vector registers.
  transomWordVector = 20,
  /// Two words for each physical x87 register: significand; sign and exponent.
  transomWordX87 = 84,
  transomWordX87Control = 100,
  transomWordX87Status = 101,
  /// Two bits a register, physical order. The oracle tells empty (3) from full (0) only.
  transomWordX87Tag = 102,
  transomWordMXCSR = 103,
  transomWordCount = 104,
};
