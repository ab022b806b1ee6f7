/// A vector instruction by its mnemonic's stem; VEX forms share the SSE operation.
///
/// Operands are `a` and `b` in Intel order, the first source and the second: for a two-operand SSE
/// instruction `a` is the destination register's old value. One-operand instructions take `b`.
/// The high byte of the raw value names the group that carries it out.
package enum VectorOp: UInt16, Sendable {
  // Element-wise integer arithmetic.
  case paddb = 0x000
  case paddw, paddd, paddq, paddsb, paddsw, paddusb, paddusw
  case psubb, psubw, psubd, psubq, psubsb, psubsw, psubusb, psubusw
  case pmullw, pmulhw, pmulhuw, pmulhrsw, pmulld, pmuludq, pmuldq, pmaddwd, pmaddubsw
  case pavgb, pavgw, psadbw
  case pminub, pminsb, pminuw, pminsw, pminud, pminsd
  case pmaxub, pmaxsb, pmaxuw, pmaxsw, pmaxud, pmaxsd
  case pcmpeqb, pcmpeqw, pcmpeqd, pcmpeqq, pcmpgtb, pcmpgtw, pcmpgtd, pcmpgtq
  case pabsb, pabsw, pabsd, psignb, psignw, psignd
  case phaddw, phaddd, phaddsw, phsubw, phsubd, phsubsw
  case phminposuw, mpsadbw

  // Logic, shifts and tests. andps, orps, ... are pand, por, ...; movmsk and ptest give w0, flags.
  case pand = 0x100
  case pandn, por, pxor
  /// Shifts by the low 64 bits of `b`.
  case psllw, pslld, psllq, psrlw, psrld, psrlq, psraw, psrad
  /// Shifts of `a` by the immediate.
  case psllwi, pslldi, psllqi, psrlwi, psrldi, psrlqi, psrawi, psradi, pslldq, psrldq
  /// Shifts of each element of `a` by that of `b`.
  case psllvd, psllvq, psrlvd, psrlvq, psravd
  /// PTEST, VTESTPS and VTESTPD of `a` (destination) and `b`: ZF and CF.
  case ptest, testps, testpd
  case pmovmskb, movmskps, movmskpd

  // Data movement.
  case packsswb = 0x200
  case packssdw, packuswb, packusdw
  case punpcklbw, punpcklwd, punpckldq, punpcklqdq
  case punpckhbw, punpckhwd, punpckhdq, punpckhqdq
  case pshufd, pshufhw, pshuflw, pshufw, pshufb, palignr, shufps, shufpd
  case pblendw, pblendd, blendps, blendpd
  /// By the top bits of the elements of `c` (XMM0 in the SSE forms).
  case pblendvb, blendvps, blendvpd
  /// Insert the low element of `b` into `a`; extract from `a` into w0.
  case pinsrb, pinsrw, pinsrd, pinsrq, insertps
  case pextrb, pextrw, pextrd, pextrq
  case insert128, extract128
  case pmovsxbw, pmovsxbd, pmovsxbq, pmovsxwd, pmovsxwq, pmovsxdq
  case pmovzxbw, pmovzxbd, pmovzxbq, pmovzxwd, pmovzxwq, pmovzxdq
  case movddup, movsldup, movshdup
  /// Replace the low element of `a` by that of `b` (MOVSS, MOVSD between registers).
  case movss, movsd
  case movlhps, movhlps
  /// VPERMILPS/PD by immediate and by `b`; VPERM2F128; VPERMQ, VPERMPD; VPERMD, VPERMPS (indices
  /// in `a`, table in `b`).
  case permilps, permilpd, permilpsv, permilpdv, perm2f128, permq, permd
  /// The low element of `b` everywhere.
  case broadcastb, broadcastw, broadcastd, broadcastq, broadcast128
  /// PCMPESTRI: EAX and EDX sign-extended in c.w0 and c.w1; the index in w0 or the mask in value.
  case pcmpestri, pcmpestrm, pcmpistri, pcmpistrm
  /// VPMASKMOVD/Q loads: elements of `b` where the top bit of `a`'s is set, else zero.
  case maskd, maskq

  // Floating point. Scalar operations keep the rest of `a`.
  case addps = 0x300
  case addpd, addss, addsd, subps, subpd, subss, subsd, mulps, mulpd, mulss, mulsd
  case divps, divpd, divss, divsd, minps, minpd, minss, minsd, maxps, maxpd, maxss, maxsd
  case sqrtps, sqrtpd, sqrtss, sqrtsd
  /// The predicate is the immediate, 0–31.
  case cmpps, cmppd, cmpss, cmpsd
  /// ZF, PF, CF; OF, SF, AF are cleared.
  case comiss, comisd, ucomiss, ucomisd
  case roundps, roundpd, roundss, roundsd
  case haddps, haddpd, hsubps, hsubpd, addsubps, addsubpd, dpps, dppd
  case rcpps, rcpss, rsqrtps, rsqrtss

  // Conversions. MMX and integer results in the low words; see `VectorConversion`.
  case cvtps2pd = 0x400
  case cvtpd2ps, cvtss2sd, cvtsd2ss, cvtdq2ps, cvtdq2pd, cvtps2dq, cvttps2dq, cvtpd2dq, cvttpd2dq
  case cvtpi2ps, cvtpi2pd, cvtps2pi, cvttps2pi, cvtpd2pi, cvttpd2pi
  /// From the integer in b.w0 (32 bits or 64).
  case cvtsi2ss, cvtsi2sd, cvtsi2ssq, cvtsi2sdq
  /// To an integer in w0, zero-extended from 32 bits or 64.
  case cvtss2si, cvtsd2si, cvttss2si, cvttsd2si, cvtss2siq, cvtsd2siq, cvttss2siq, cvttsd2siq
  case cvtph2ps, cvtps2ph

  // Fused: a × b ± c by element; the caller orders the operands by the 132, 213 or 231 form.
  // Scalar ones keep the rest of `a`... of the destination, which the caller merges.
  case fmaddps = 0x500
  case fmaddpd, fmaddss, fmaddsd, fmsubps, fmsubpd, fmsubss, fmsubsd
  case fnmaddps, fnmaddpd, fnmaddss, fnmaddsd, fnmsubps, fnmsubpd, fnmsubss, fnmsubsd
  case fmaddsubps, fmaddsubpd, fmsubaddps, fmsubaddpd

  // Cryptography.
  case aesenc = 0x600
  case aesenclast, aesdec, aesdeclast, aesimc, aeskeygenassist, pclmulqdq
  case sha1rnds4, sha1nexte, sha1msg1, sha1msg2, sha256rnds2, sha256msg1, sha256msg2
}
