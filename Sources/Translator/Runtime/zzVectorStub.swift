/// Placeholder until the vector unit lands.
enum VectorOp: UInt16 {
  case punpcklbw, punpcklwd, punpckldq, packsswb, pcmpgtb, pcmpgtw
  case pcmpgtd, packuswb, punpckhbw, punpckhwd, punpckhdq, packssdw
  case pcmpeqb, pcmpeqw, pcmpeqd, psrlw, psrld, psrlq
  case pmullw, psubusb, psubusw, pand, paddusb, paddusw
  case pandn, psraw, psrad, pmulhw, psubsb, psubsw
  case por, paddsb, paddsw, pxor, psllw, pslld
  case psllq, pmaddwd, psubb, psubw, psubd, paddb
  case paddw, paddd, pminub, pmaxub, pavgb, pavgw
  case pmulhuw, pminsw, pmaxsw, psadbw, paddq, pmuludq
  case psubq, punpcklqdq, punpckhqdq, pshufb, phaddw, phaddd
  case phaddsw, pmaddubsw, phsubw, phsubd, phsubsw, psignb
  case psignw, psignd, pmulhrsw, pabsb, pabsw, pabsd
  case pmovsxbw, pmovsxbd, pmovsxbq, pmovsxwd, pmovsxwq, pmovsxdq
  case pmovzxbw, pmovzxbd, pmovzxbq, pmovzxwd, pmovzxwq, pmovzxdq
  case phminposuw, pmuldq, pcmpeqq, packusdw, pminsb, pminsd
  case pminuw, pminud, pmaxsb, pmaxsd, pmaxuw, pmaxud
  case pmulld, pcmpgtq, pblendvb, blendvps, blendvpd, pshufw
  case pshufd, pshufhw, pshuflw, psrldq, pslldq, palignr
  case pblendw, mpsadbw, blendps, blendpd, dpps, dppd
  case pclmulqdq, pmovmskb, movmskps, movmskpd, insertps, ptest
  case pcmpestrm, pcmpestri, pcmpistrm, pcmpistri, aesenc, aesenclast
  case aesdec, aesdeclast, aesimc, aeskeygenassist, sha1nexte, sha1msg1
  case sha1msg2, sha256msg1, sha256msg2, sha256rnds2, sha1rnds4, sqrtps
  case sqrtpd, sqrtss, sqrtsd, rsqrtps, rsqrtss, rcpps
  case rcpss, andps, andpd, andnps, andnpd, orps
  case orpd, xorps, xorpd, unpcklps, unpcklpd, unpckhps
  case unpckhpd, addps, addpd, addss, addsd, mulps
  case mulpd, mulss, mulsd, subps, subpd, subss
  case subsd, minps, minpd, minss, minsd, divps
  case divpd, divss, divsd, maxps, maxpd, maxss
  case maxsd, cmpps, cmppd, cmpss, cmpsd, shufps
  case shufpd, ucomiss, comiss, ucomisd, comisd, cvtps2pd
  case cvtpd2ps, cvtdq2ps, cvtps2dq, cvttps2dq, cvtdq2pd, cvttpd2dq
  case cvtpd2dq, movsldup, movshdup, movddup, cvtss2sd, cvtsd2ss
  case cvtsi2ss, cvttss2si, cvtss2si, cvtsi2sd, cvttsd2si, cvtsd2si
  case cvtpi2ps, cvtpi2pd, cvttps2pi, cvtps2pi, cvttpd2pi, cvtpd2pi
  case haddpd, hsubpd, addsubpd, haddps, hsubps, addsubps
  case roundps, roundpd, roundss, roundsd
}
struct V256 {
  var w0: UInt64 = 0, w1: UInt64 = 0, w2: UInt64 = 0, w3: UInt64 = 0
  init() {}
  init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) { w0 = a; w1 = b; w2 = c; w3 = d }
}
enum VectorUnit {
  static func execute(
    _ op: VectorOp, width: Int, _ a: V256, _ b: V256, _ c: V256, immediate: UInt8,
    mxcsr: inout UInt32, raised: inout Bool
  ) -> V256 { raised = true; return a }
}
extension Interpreter {
  mutating func vectorFlags(_ op: Operation) -> Outcome { fault(6) }
  mutating func vectorString(_ op: Operation) -> Outcome { fault(6) }
}
