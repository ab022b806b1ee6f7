extension EncodingTable {
  /// SSE and AVX floating point.
  static let vectorFloat: [Encoding] = [
    Encoding(
      "NP 0F 51 /r", "sqrtps", .vectorUnary, .Vx, .Wx, feature: .sse,
      operation: VectorOp.sqrtps.rawValue),
    Encoding(
      "V NP 0F 51 /r", "vsqrtps", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.sqrtps.rawValue),
    Encoding(
      "66' 0F 51 /r", "sqrtpd", .vectorUnary, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.sqrtpd.rawValue),
    Encoding(
      "V 66' 0F 51 /r", "vsqrtpd", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.sqrtpd.rawValue),
    Encoding(
      "F3' 0F 51 /r", "sqrtss", .vector, .Vx, .Wd, feature: .sse,
      operation: VectorOp.sqrtss.rawValue),
    Encoding(
      "V F3' 0F 51 /r", "vsqrtss", .vector, .Vx, .Hx, .Wd, feature: .avx,
      operation: VectorOp.sqrtss.rawValue),
    Encoding(
      "F2' 0F 51 /r", "sqrtsd", .vector, .Vx, .Wq, feature: .sse2,
      operation: VectorOp.sqrtsd.rawValue),
    Encoding(
      "V F2' 0F 51 /r", "vsqrtsd", .vector, .Vx, .Hx, .Wq, feature: .avx,
      operation: VectorOp.sqrtsd.rawValue),
    Encoding(
      "NP 0F 52 /r", "rsqrtps", .vectorUnary, .Vx, .Wx, feature: .sse,
      operation: VectorOp.rsqrtps.rawValue),
    Encoding(
      "V NP 0F 52 /r", "vrsqrtps", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.rsqrtps.rawValue),
    Encoding(
      "F3' 0F 52 /r", "rsqrtss", .vector, .Vx, .Wd, feature: .sse,
      operation: VectorOp.rsqrtss.rawValue),
    Encoding(
      "V F3' 0F 52 /r", "vrsqrtss", .vector, .Vx, .Hx, .Wd, feature: .avx,
      operation: VectorOp.rsqrtss.rawValue),
    Encoding(
      "NP 0F 53 /r", "rcpps", .vectorUnary, .Vx, .Wx, feature: .sse,
      operation: VectorOp.rcpps.rawValue),
    Encoding(
      "V NP 0F 53 /r", "vrcpps", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.rcpps.rawValue),
    Encoding(
      "F3' 0F 53 /r", "rcpss", .vector, .Vx, .Wd, feature: .sse, operation: VectorOp.rcpss.rawValue),
    Encoding(
      "V F3' 0F 53 /r", "vrcpss", .vector, .Vx, .Hx, .Wd, feature: .avx,
      operation: VectorOp.rcpss.rawValue),
    Encoding(
      "NP 0F 54 /r", "andps", .vector, .Vx, .Wx, feature: .sse, operation: VectorOp.pand.rawValue),
    Encoding(
      "V NP 0F 54 /r", "vandps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.pand.rawValue),
    Encoding(
      "66' 0F 54 /r", "andpd", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.pand.rawValue
    ),
    Encoding(
      "V 66' 0F 54 /r", "vandpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.pand.rawValue),
    Encoding(
      "NP 0F 55 /r", "andnps", .vector, .Vx, .Wx, feature: .sse, operation: VectorOp.pandn.rawValue
    ),
    Encoding(
      "V NP 0F 55 /r", "vandnps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.pandn.rawValue),
    Encoding(
      "66' 0F 55 /r", "andnpd", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pandn.rawValue),
    Encoding(
      "V 66' 0F 55 /r", "vandnpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.pandn.rawValue),
    Encoding(
      "NP 0F 56 /r", "orps", .vector, .Vx, .Wx, feature: .sse, operation: VectorOp.por.rawValue),
    Encoding(
      "V NP 0F 56 /r", "vorps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.por.rawValue),
    Encoding(
      "66' 0F 56 /r", "orpd", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.por.rawValue),
    Encoding(
      "V 66' 0F 56 /r", "vorpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.por.rawValue),
    Encoding(
      "NP 0F 57 /r", "xorps", .vector, .Vx, .Wx, feature: .sse, operation: VectorOp.pxor.rawValue),
    Encoding(
      "V NP 0F 57 /r", "vxorps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.pxor.rawValue),
    Encoding(
      "66' 0F 57 /r", "xorpd", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.pxor.rawValue
    ),
    Encoding(
      "V 66' 0F 57 /r", "vxorpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.pxor.rawValue),
    Encoding(
      "NP 0F 14 /r", "unpcklps", .vector, .Vx, .Wx, feature: .sse,
      operation: VectorOp.punpckldq.rawValue),
    Encoding(
      "V NP 0F 14 /r", "vunpcklps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.punpckldq.rawValue),
    Encoding(
      "66' 0F 14 /r", "unpcklpd", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.punpcklqdq.rawValue),
    Encoding(
      "V 66' 0F 14 /r", "vunpcklpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.punpcklqdq.rawValue),
    Encoding(
      "NP 0F 15 /r", "unpckhps", .vector, .Vx, .Wx, feature: .sse,
      operation: VectorOp.punpckhdq.rawValue),
    Encoding(
      "V NP 0F 15 /r", "vunpckhps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.punpckhdq.rawValue),
    Encoding(
      "66' 0F 15 /r", "unpckhpd", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.punpckhqdq.rawValue),
    Encoding(
      "V 66' 0F 15 /r", "vunpckhpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.punpckhqdq.rawValue),
    Encoding(
      "NP 0F 58 /r", "addps", .vector, .Vx, .Wx, feature: .sse, operation: VectorOp.addps.rawValue),
    Encoding(
      "V NP 0F 58 /r", "vaddps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.addps.rawValue),
    Encoding(
      "66' 0F 58 /r", "addpd", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.addpd.rawValue
    ),
    Encoding(
      "V 66' 0F 58 /r", "vaddpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.addpd.rawValue),
    Encoding(
      "F3' 0F 58 /r", "addss", .vector, .Vx, .Wd, feature: .sse, operation: VectorOp.addss.rawValue),
    Encoding(
      "V F3' 0F 58 /r", "vaddss", .vector, .Vx, .Hx, .Wd, feature: .avx,
      operation: VectorOp.addss.rawValue),
    Encoding(
      "F2' 0F 58 /r", "addsd", .vector, .Vx, .Wq, feature: .sse2, operation: VectorOp.addsd.rawValue
    ),
    Encoding(
      "V F2' 0F 58 /r", "vaddsd", .vector, .Vx, .Hx, .Wq, feature: .avx,
      operation: VectorOp.addsd.rawValue),
    Encoding(
      "NP 0F 59 /r", "mulps", .vector, .Vx, .Wx, feature: .sse, operation: VectorOp.mulps.rawValue),
    Encoding(
      "V NP 0F 59 /r", "vmulps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.mulps.rawValue),
    Encoding(
      "66' 0F 59 /r", "mulpd", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.mulpd.rawValue
    ),
    Encoding(
      "V 66' 0F 59 /r", "vmulpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.mulpd.rawValue),
    Encoding(
      "F3' 0F 59 /r", "mulss", .vector, .Vx, .Wd, feature: .sse, operation: VectorOp.mulss.rawValue),
    Encoding(
      "V F3' 0F 59 /r", "vmulss", .vector, .Vx, .Hx, .Wd, feature: .avx,
      operation: VectorOp.mulss.rawValue),
    Encoding(
      "F2' 0F 59 /r", "mulsd", .vector, .Vx, .Wq, feature: .sse2, operation: VectorOp.mulsd.rawValue
    ),
    Encoding(
      "V F2' 0F 59 /r", "vmulsd", .vector, .Vx, .Hx, .Wq, feature: .avx,
      operation: VectorOp.mulsd.rawValue),
    Encoding(
      "NP 0F 5C /r", "subps", .vector, .Vx, .Wx, feature: .sse, operation: VectorOp.subps.rawValue),
    Encoding(
      "V NP 0F 5C /r", "vsubps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.subps.rawValue),
    Encoding(
      "66' 0F 5C /r", "subpd", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.subpd.rawValue
    ),
    Encoding(
      "V 66' 0F 5C /r", "vsubpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.subpd.rawValue),
    Encoding(
      "F3' 0F 5C /r", "subss", .vector, .Vx, .Wd, feature: .sse, operation: VectorOp.subss.rawValue),
    Encoding(
      "V F3' 0F 5C /r", "vsubss", .vector, .Vx, .Hx, .Wd, feature: .avx,
      operation: VectorOp.subss.rawValue),
    Encoding(
      "F2' 0F 5C /r", "subsd", .vector, .Vx, .Wq, feature: .sse2, operation: VectorOp.subsd.rawValue
    ),
    Encoding(
      "V F2' 0F 5C /r", "vsubsd", .vector, .Vx, .Hx, .Wq, feature: .avx,
      operation: VectorOp.subsd.rawValue),
    Encoding(
      "NP 0F 5D /r", "minps", .vector, .Vx, .Wx, feature: .sse, operation: VectorOp.minps.rawValue),
    Encoding(
      "V NP 0F 5D /r", "vminps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.minps.rawValue),
    Encoding(
      "66' 0F 5D /r", "minpd", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.minpd.rawValue
    ),
    Encoding(
      "V 66' 0F 5D /r", "vminpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.minpd.rawValue),
    Encoding(
      "F3' 0F 5D /r", "minss", .vector, .Vx, .Wd, feature: .sse, operation: VectorOp.minss.rawValue),
    Encoding(
      "V F3' 0F 5D /r", "vminss", .vector, .Vx, .Hx, .Wd, feature: .avx,
      operation: VectorOp.minss.rawValue),
    Encoding(
      "F2' 0F 5D /r", "minsd", .vector, .Vx, .Wq, feature: .sse2, operation: VectorOp.minsd.rawValue
    ),
    Encoding(
      "V F2' 0F 5D /r", "vminsd", .vector, .Vx, .Hx, .Wq, feature: .avx,
      operation: VectorOp.minsd.rawValue),
    Encoding(
      "NP 0F 5E /r", "divps", .vector, .Vx, .Wx, feature: .sse, operation: VectorOp.divps.rawValue),
    Encoding(
      "V NP 0F 5E /r", "vdivps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.divps.rawValue),
    Encoding(
      "66' 0F 5E /r", "divpd", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.divpd.rawValue
    ),
    Encoding(
      "V 66' 0F 5E /r", "vdivpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.divpd.rawValue),
    Encoding(
      "F3' 0F 5E /r", "divss", .vector, .Vx, .Wd, feature: .sse, operation: VectorOp.divss.rawValue),
    Encoding(
      "V F3' 0F 5E /r", "vdivss", .vector, .Vx, .Hx, .Wd, feature: .avx,
      operation: VectorOp.divss.rawValue),
    Encoding(
      "F2' 0F 5E /r", "divsd", .vector, .Vx, .Wq, feature: .sse2, operation: VectorOp.divsd.rawValue
    ),
    Encoding(
      "V F2' 0F 5E /r", "vdivsd", .vector, .Vx, .Hx, .Wq, feature: .avx,
      operation: VectorOp.divsd.rawValue),
    Encoding(
      "NP 0F 5F /r", "maxps", .vector, .Vx, .Wx, feature: .sse, operation: VectorOp.maxps.rawValue),
    Encoding(
      "V NP 0F 5F /r", "vmaxps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.maxps.rawValue),
    Encoding(
      "66' 0F 5F /r", "maxpd", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.maxpd.rawValue
    ),
    Encoding(
      "V 66' 0F 5F /r", "vmaxpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.maxpd.rawValue),
    Encoding(
      "F3' 0F 5F /r", "maxss", .vector, .Vx, .Wd, feature: .sse, operation: VectorOp.maxss.rawValue),
    Encoding(
      "V F3' 0F 5F /r", "vmaxss", .vector, .Vx, .Hx, .Wd, feature: .avx,
      operation: VectorOp.maxss.rawValue),
    Encoding(
      "F2' 0F 5F /r", "maxsd", .vector, .Vx, .Wq, feature: .sse2, operation: VectorOp.maxsd.rawValue
    ),
    Encoding(
      "V F2' 0F 5F /r", "vmaxsd", .vector, .Vx, .Hx, .Wq, feature: .avx,
      operation: VectorOp.maxsd.rawValue),
    Encoding(
      "NP 0F C2 /r", "cmpps", .vector, .Vx, .Wx, .Ib, feature: .sse,
      operation: VectorOp.cmpps.rawValue),
    Encoding(
      "V NP 0F C2 /r", "vcmpps", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.cmpps.rawValue),
    Encoding(
      "66' 0F C2 /r", "cmppd", .vector, .Vx, .Wx, .Ib, feature: .sse2,
      operation: VectorOp.cmppd.rawValue),
    Encoding(
      "V 66' 0F C2 /r", "vcmppd", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.cmppd.rawValue),
    Encoding(
      "F3' 0F C2 /r", "cmpss", .vector, .Vx, .Wd, .Ib, feature: .sse,
      operation: VectorOp.cmpss.rawValue),
    Encoding(
      "V F3' 0F C2 /r", "vcmpss", .vector, .Vx, .Hx, .Wd, .Ib, feature: .avx,
      operation: VectorOp.cmpss.rawValue),
    Encoding(
      "F2' 0F C2 /r", "cmpsd", .vector, .Vx, .Wq, .Ib, feature: .sse2,
      operation: VectorOp.cmpsd.rawValue),
    Encoding(
      "V F2' 0F C2 /r", "vcmpsd", .vector, .Vx, .Hx, .Wq, .Ib, feature: .avx,
      operation: VectorOp.cmpsd.rawValue),
    Encoding(
      "NP 0F C6 /r", "shufps", .vector, .Vx, .Wx, .Ib, feature: .sse,
      operation: VectorOp.shufps.rawValue),
    Encoding(
      "V NP 0F C6 /r", "vshufps", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.shufps.rawValue),
    Encoding(
      "66' 0F C6 /r", "shufpd", .vector, .Vx, .Wx, .Ib, feature: .sse2,
      operation: VectorOp.shufpd.rawValue),
    Encoding(
      "V 66' 0F C6 /r", "vshufpd", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.shufpd.rawValue),
    Encoding(
      "NP 0F 2E /r", "ucomiss", .vectorFlags, .Vx, .Wd, feature: .sse,
      operation: VectorOp.ucomiss.rawValue),
    Encoding(
      "V NP 0F 2E /r", "vucomiss", .vectorFlags, .Vx, .Wd, feature: .avx,
      operation: VectorOp.ucomiss.rawValue),
    Encoding(
      "NP 0F 2F /r", "comiss", .vectorFlags, .Vx, .Wd, feature: .sse,
      operation: VectorOp.comiss.rawValue),
    Encoding(
      "V NP 0F 2F /r", "vcomiss", .vectorFlags, .Vx, .Wd, feature: .avx,
      operation: VectorOp.comiss.rawValue),
    Encoding(
      "66' 0F 2E /r", "ucomisd", .vectorFlags, .Vx, .Wq, feature: .sse2,
      operation: VectorOp.ucomisd.rawValue),
    Encoding(
      "V 66' 0F 2E /r", "vucomisd", .vectorFlags, .Vx, .Wq, feature: .avx,
      operation: VectorOp.ucomisd.rawValue),
    Encoding(
      "66' 0F 2F /r", "comisd", .vectorFlags, .Vx, .Wq, feature: .sse2,
      operation: VectorOp.comisd.rawValue),
    Encoding(
      "V 66' 0F 2F /r", "vcomisd", .vectorFlags, .Vx, .Wq, feature: .avx,
      operation: VectorOp.comisd.rawValue),
    Encoding(
      "NP 0F 5A /r", "cvtps2pd", .vectorUnary, .Vx, .Wq, feature: .sse2,
      operation: VectorOp.cvtps2pd.rawValue),
    Encoding(
      "V NP 0F 5A /r", "vcvtps2pd", .vectorUnary, .Vx, .Wq, feature: .avx,
      operation: VectorOp.cvtps2pd.rawValue),
    Encoding(
      "66' 0F 5A /r", "cvtpd2ps", .vectorUnary, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.cvtpd2ps.rawValue),
    Encoding(
      "V 66' 0F 5A /r", "vcvtpd2ps", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.cvtpd2ps.rawValue),
    Encoding(
      "NP 0F 5B /r", "cvtdq2ps", .vectorUnary, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.cvtdq2ps.rawValue),
    Encoding(
      "V NP 0F 5B /r", "vcvtdq2ps", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.cvtdq2ps.rawValue),
    Encoding(
      "66' 0F 5B /r", "cvtps2dq", .vectorUnary, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.cvtps2dq.rawValue),
    Encoding(
      "V 66' 0F 5B /r", "vcvtps2dq", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.cvtps2dq.rawValue),
    Encoding(
      "F3' 0F 5B /r", "cvttps2dq", .vectorUnary, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.cvttps2dq.rawValue),
    Encoding(
      "V F3' 0F 5B /r", "vcvttps2dq", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.cvttps2dq.rawValue),
    Encoding(
      "F3' 0F E6 /r", "cvtdq2pd", .vectorUnary, .Vx, .Wq, feature: .sse2,
      operation: VectorOp.cvtdq2pd.rawValue),
    Encoding(
      "V F3' 0F E6 /r", "vcvtdq2pd", .vectorUnary, .Vx, .Wq, feature: .avx,
      operation: VectorOp.cvtdq2pd.rawValue),
    Encoding(
      "66' 0F E6 /r", "cvttpd2dq", .vectorUnary, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.cvttpd2dq.rawValue),
    Encoding(
      "V 66' 0F E6 /r", "vcvttpd2dq", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.cvttpd2dq.rawValue),
    Encoding(
      "F2' 0F E6 /r", "cvtpd2dq", .vectorUnary, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.cvtpd2dq.rawValue),
    Encoding(
      "V F2' 0F E6 /r", "vcvtpd2dq", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.cvtpd2dq.rawValue),
    Encoding(
      "F3' 0F 12 /r", "movsldup", .vectorUnary, .Vx, .Wx, feature: .sse3,
      operation: VectorOp.movsldup.rawValue),
    Encoding(
      "V F3' 0F 12 /r", "vmovsldup", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.movsldup.rawValue),
    Encoding(
      "F3' 0F 16 /r", "movshdup", .vectorUnary, .Vx, .Wx, feature: .sse3,
      operation: VectorOp.movshdup.rawValue),
    Encoding(
      "V F3' 0F 16 /r", "vmovshdup", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.movshdup.rawValue),
    Encoding(
      "F2' 0F 12 /r", "movddup", .vectorUnary, .Vx, .Wq, feature: .sse3,
      operation: VectorOp.movddup.rawValue),
    Encoding(
      "V F2' 0F 12 L0 /r", "vmovddup", .vectorUnary, .Vx, .Wq, feature: .avx,
      operation: VectorOp.movddup.rawValue),
    Encoding(
      "V F2' 0F 12 L1 /r", "vmovddup", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.movddup.rawValue),
    Encoding(
      "F3' 0F 5A /r", "cvtss2sd", .vector, .Vx, .Wd, feature: .sse2,
      operation: VectorOp.cvtss2sd.rawValue),
    Encoding(
      "V F3' 0F 5A /r", "vcvtss2sd", .vector, .Vx, .Hx, .Wd, feature: .avx,
      operation: VectorOp.cvtss2sd.rawValue),
    Encoding(
      "F2' 0F 5A /r", "cvtsd2ss", .vector, .Vx, .Wq, feature: .sse2,
      operation: VectorOp.cvtsd2ss.rawValue),
    Encoding(
      "V F2' 0F 5A /r", "vcvtsd2ss", .vector, .Vx, .Hx, .Wq, feature: .avx,
      operation: VectorOp.cvtsd2ss.rawValue),
    Encoding(
      "F3' 0F 2A /r", "cvtsi2ss", .vectorFromInteger, .Vx, .Ey, feature: .sse2,
      operation: VectorOp.cvtsi2ss.rawValue),
    Encoding(
      "V F3' 0F 2A /r", "vcvtsi2ss", .vectorFromInteger, .Vx, .Hx, .Ey, feature: .avx,
      operation: VectorOp.cvtsi2ss.rawValue),
    Encoding(
      "F3' 0F 2C /r", "cvttss2si", .vectorToInteger, .Gy, .Wd, feature: .sse2,
      operation: VectorOp.cvttss2si.rawValue),
    Encoding(
      "V F3' 0F 2C /r", "vcvttss2si", .vectorToInteger, .Gy, .Wd, feature: .avx,
      operation: VectorOp.cvttss2si.rawValue),
    Encoding(
      "F3' 0F 2D /r", "cvtss2si", .vectorToInteger, .Gy, .Wd, feature: .sse2,
      operation: VectorOp.cvtss2si.rawValue),
    Encoding(
      "V F3' 0F 2D /r", "vcvtss2si", .vectorToInteger, .Gy, .Wd, feature: .avx,
      operation: VectorOp.cvtss2si.rawValue),
    Encoding(
      "F2' 0F 2A /r", "cvtsi2sd", .vectorFromInteger, .Vx, .Ey, feature: .sse2,
      operation: VectorOp.cvtsi2sd.rawValue),
    Encoding(
      "V F2' 0F 2A /r", "vcvtsi2sd", .vectorFromInteger, .Vx, .Hx, .Ey, feature: .avx,
      operation: VectorOp.cvtsi2sd.rawValue),
    Encoding(
      "F2' 0F 2C /r", "cvttsd2si", .vectorToInteger, .Gy, .Wq, feature: .sse2,
      operation: VectorOp.cvttsd2si.rawValue),
    Encoding(
      "V F2' 0F 2C /r", "vcvttsd2si", .vectorToInteger, .Gy, .Wq, feature: .avx,
      operation: VectorOp.cvttsd2si.rawValue),
    Encoding(
      "F2' 0F 2D /r", "cvtsd2si", .vectorToInteger, .Gy, .Wq, feature: .sse2,
      operation: VectorOp.cvtsd2si.rawValue),
    Encoding(
      "V F2' 0F 2D /r", "vcvtsd2si", .vectorToInteger, .Gy, .Wq, feature: .avx,
      operation: VectorOp.cvtsd2si.rawValue),
    Encoding(
      "NP 0F 2A /r", "cvtpi2ps", .vectorConvertMMX, .Vx, .Qq, feature: .sse,
      operation: VectorOp.cvtpi2ps.rawValue),
    Encoding(
      "66' 0F 2A /r", "cvtpi2pd", .vectorConvertMMX, .Vx, .Qq, feature: .sse2,
      operation: VectorOp.cvtpi2pd.rawValue),
    Encoding(
      "NP 0F 2C /r", "cvttps2pi", .vectorConvertMMX, .Pq, .Wq, feature: .sse,
      operation: VectorOp.cvttps2pi.rawValue),
    Encoding(
      "NP 0F 2D /r", "cvtps2pi", .vectorConvertMMX, .Pq, .Wq, feature: .sse,
      operation: VectorOp.cvtps2pi.rawValue),
    Encoding(
      "66' 0F 2C /r", "cvttpd2pi", .vectorConvertMMX, .Pq, .Wx, feature: .sse,
      operation: VectorOp.cvttpd2pi.rawValue),
    Encoding(
      "66' 0F 2D /r", "cvtpd2pi", .vectorConvertMMX, .Pq, .Wx, feature: .sse,
      operation: VectorOp.cvtpd2pi.rawValue),
    Encoding(
      "66' 0F 7C /r", "haddpd", .vector, .Vx, .Wx, feature: .sse3,
      operation: VectorOp.haddpd.rawValue),
    Encoding(
      "V 66' 0F 7C /r", "vhaddpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.haddpd.rawValue),
    Encoding(
      "66' 0F 7D /r", "hsubpd", .vector, .Vx, .Wx, feature: .sse3,
      operation: VectorOp.hsubpd.rawValue),
    Encoding(
      "V 66' 0F 7D /r", "vhsubpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.hsubpd.rawValue),
    Encoding(
      "66' 0F D0 /r", "addsubpd", .vector, .Vx, .Wx, feature: .sse3,
      operation: VectorOp.addsubpd.rawValue),
    Encoding(
      "V 66' 0F D0 /r", "vaddsubpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.addsubpd.rawValue),
    Encoding(
      "F2' 0F 7C /r", "haddps", .vector, .Vx, .Wx, feature: .sse3,
      operation: VectorOp.haddps.rawValue),
    Encoding(
      "V F2' 0F 7C /r", "vhaddps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.haddps.rawValue),
    Encoding(
      "F2' 0F 7D /r", "hsubps", .vector, .Vx, .Wx, feature: .sse3,
      operation: VectorOp.hsubps.rawValue),
    Encoding(
      "V F2' 0F 7D /r", "vhsubps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.hsubps.rawValue),
    Encoding(
      "F2' 0F D0 /r", "addsubps", .vector, .Vx, .Wx, feature: .sse3,
      operation: VectorOp.addsubps.rawValue),
    Encoding(
      "V F2' 0F D0 /r", "vaddsubps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.addsubps.rawValue),
    Encoding(
      "66' 0F 3A 08 /r", "roundps", .vectorUnary, .Vx, .Wx, .Ib, feature: .sse41,
      operation: VectorOp.roundps.rawValue),
    Encoding(
      "V 66' 0F 3A 08 /r", "vroundps", .vectorUnary, .Vx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.roundps.rawValue),
    Encoding(
      "66' 0F 3A 09 /r", "roundpd", .vectorUnary, .Vx, .Wx, .Ib, feature: .sse41,
      operation: VectorOp.roundpd.rawValue),
    Encoding(
      "V 66' 0F 3A 09 /r", "vroundpd", .vectorUnary, .Vx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.roundpd.rawValue),
    Encoding(
      "66' 0F 3A 0A /r", "roundss", .vector, .Vx, .Wd, .Ib, feature: .sse41,
      operation: VectorOp.roundss.rawValue),
    Encoding(
      "V 66' 0F 3A 0A /r", "vroundss", .vector, .Vx, .Hx, .Wd, .Ib, feature: .avx,
      operation: VectorOp.roundss.rawValue),
    Encoding(
      "66' 0F 3A 0B /r", "roundsd", .vector, .Vx, .Wq, .Ib, feature: .sse41,
      operation: VectorOp.roundsd.rawValue),
    Encoding(
      "V 66' 0F 3A 0B /r", "vroundsd", .vector, .Vx, .Hx, .Wq, .Ib, feature: .avx,
      operation: VectorOp.roundsd.rawValue),
  ]
}
