/// What an instruction means; `Lifter` has one function for each.
package enum Meaning: UInt16 {
  case add, or, adc, sbb, and, sub, xor, cmp, pushSegment, popSegment, daa, das, aaa, aas
  case aam, aad, pusha, popa, bound, inc, dec, push, pop, pushf, popf, enter, leave, mov
  case movFromSegment, movToSegment, lea, movsxd, arpl, movzx, movsx, pause, xchgAccumulator
  case xchg, convertAccumulator, convertAccumulatorWide, xlat, sahf, lahf, bswap
  case loadFarPointer, cmov, setcc, crc32, movbe, test, not, neg, mul, imulWide, div, idiv
  case imul, rol, ror, rcl, rcr, shl, shr, sar, shld, shrd, bt, bts, btr, btc, tzcnt, lzcnt
  case bsf, bsr, popcnt, adcx, adox, andn, blsr, blsmsk, blsi, bextr, bzhi, mulx, pdep, pext
  case rorx, shlx, sarx, shrx, cmpxchg, xadd, cmpxchgWide, movs, cmps, stos, lods, scas, ins
  case outs, jcc, jmp, jmpIndirect, call, callIndirect, ret, loopne, loope, loop, jcxz
  case callFar, jmpFar, retFar, iret, int3, int, into, int1, ud, cmc, clc, stc, cli, sti
  case cld, std, hint, fence, hlt, `in`, out, cpuid, rdtsc, rdtscp, rdrand, rdseed, wrmsr
  case rdmsr, rdpmc, movFromControl, movToControl, movFromDebug, movToDebug, clts, sgdt
  case sidt, lgdt, lidt, smsw, lmsw, swapgs, xgetbv, xsetbv, sldt, str, lldt, ltr, verr
  case verw, lar, lsl, rdfsbase, rdgsbase, wrfsbase, wrgsbase, unsupported, fwait
  // Vector and x87 instructions share a meaning each; their operation stands in the row.
  case vector, x87, x87Area
  case vectorUnary, vectorMove, vectorLoadScalar, vectorStoreLow, vectorStoreHigh
  case vectorMergeScalar, vectorInsertHalf, vectorFromGeneral, vectorToGeneral, vectorMoveQuad
  case mmxMove, vectorBlendXMM0, vectorShiftImmediate, vectorByteShift, vectorMask
  case vectorExtract, vectorInsert, vectorFlags, vectorString, maskMove, vectorFromInteger
  case vectorToInteger, vectorConvertMMX, emms, ldmxcsr, stmxcsr, fxsave, fxrstor, xsave, xrstor
  case zeroUpper, zeroAll
  case vectorBroadcast, vectorStoreResult, vectorMaskedLoad, vectorMaskedStore, vectorGather
  case fused132, fused213, fused231
  case flushLine, rdpid, syscall, sysenter, salc
}
