extension EncodingTable {
  /// Packed integers: the maps of SSSE3 and SSE4, shuffles and shifts by constants.
  static let vectorShuffle: [Encoding] = [
    Encoding(
      "NP 0F 38 00 /r", "pshufb", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.pshufb.rawValue),
    Encoding(
      "66' 0F 38 00 /r", "pshufb", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.pshufb.rawValue),
    Encoding(
      "V 66' 0F 38 00 /r", "vpshufb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pshufb.rawValue),
    Encoding(
      "NP 0F 38 01 /r", "phaddw", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.phaddw.rawValue),
    Encoding(
      "66' 0F 38 01 /r", "phaddw", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.phaddw.rawValue),
    Encoding(
      "V 66' 0F 38 01 /r", "vphaddw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.phaddw.rawValue),
    Encoding(
      "NP 0F 38 02 /r", "phaddd", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.phaddd.rawValue),
    Encoding(
      "66' 0F 38 02 /r", "phaddd", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.phaddd.rawValue),
    Encoding(
      "V 66' 0F 38 02 /r", "vphaddd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.phaddd.rawValue),
    Encoding(
      "NP 0F 38 03 /r", "phaddsw", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.phaddsw.rawValue),
    Encoding(
      "66' 0F 38 03 /r", "phaddsw", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.phaddsw.rawValue),
    Encoding(
      "V 66' 0F 38 03 /r", "vphaddsw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.phaddsw.rawValue),
    Encoding(
      "NP 0F 38 04 /r", "pmaddubsw", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.pmaddubsw.rawValue),
    Encoding(
      "66' 0F 38 04 /r", "pmaddubsw", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.pmaddubsw.rawValue),
    Encoding(
      "V 66' 0F 38 04 /r", "vpmaddubsw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmaddubsw.rawValue),
    Encoding(
      "NP 0F 38 05 /r", "phsubw", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.phsubw.rawValue),
    Encoding(
      "66' 0F 38 05 /r", "phsubw", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.phsubw.rawValue),
    Encoding(
      "V 66' 0F 38 05 /r", "vphsubw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.phsubw.rawValue),
    Encoding(
      "NP 0F 38 06 /r", "phsubd", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.phsubd.rawValue),
    Encoding(
      "66' 0F 38 06 /r", "phsubd", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.phsubd.rawValue),
    Encoding(
      "V 66' 0F 38 06 /r", "vphsubd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.phsubd.rawValue),
    Encoding(
      "NP 0F 38 07 /r", "phsubsw", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.phsubsw.rawValue),
    Encoding(
      "66' 0F 38 07 /r", "phsubsw", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.phsubsw.rawValue),
    Encoding(
      "V 66' 0F 38 07 /r", "vphsubsw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.phsubsw.rawValue),
    Encoding(
      "NP 0F 38 08 /r", "psignb", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.psignb.rawValue),
    Encoding(
      "66' 0F 38 08 /r", "psignb", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.psignb.rawValue),
    Encoding(
      "V 66' 0F 38 08 /r", "vpsignb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psignb.rawValue),
    Encoding(
      "NP 0F 38 09 /r", "psignw", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.psignw.rawValue),
    Encoding(
      "66' 0F 38 09 /r", "psignw", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.psignw.rawValue),
    Encoding(
      "V 66' 0F 38 09 /r", "vpsignw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psignw.rawValue),
    Encoding(
      "NP 0F 38 0A /r", "psignd", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.psignd.rawValue),
    Encoding(
      "66' 0F 38 0A /r", "psignd", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.psignd.rawValue),
    Encoding(
      "V 66' 0F 38 0A /r", "vpsignd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psignd.rawValue),
    Encoding(
      "NP 0F 38 0B /r", "pmulhrsw", .vector, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.pmulhrsw.rawValue),
    Encoding(
      "66' 0F 38 0B /r", "pmulhrsw", .vector, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.pmulhrsw.rawValue),
    Encoding(
      "V 66' 0F 38 0B /r", "vpmulhrsw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmulhrsw.rawValue),
    Encoding(
      "NP 0F 38 1C /r", "pabsb", .vectorUnary, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.pabsb.rawValue),
    Encoding(
      "66' 0F 38 1C /r", "pabsb", .vectorUnary, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.pabsb.rawValue),
    Encoding(
      "V 66' 0F 38 1C /r", "vpabsb", .vectorUnary, .Vx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pabsb.rawValue),
    Encoding(
      "NP 0F 38 1D /r", "pabsw", .vectorUnary, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.pabsw.rawValue),
    Encoding(
      "66' 0F 38 1D /r", "pabsw", .vectorUnary, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.pabsw.rawValue),
    Encoding(
      "V 66' 0F 38 1D /r", "vpabsw", .vectorUnary, .Vx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pabsw.rawValue),
    Encoding(
      "NP 0F 38 1E /r", "pabsd", .vectorUnary, .Pq, .Qq, feature: .ssse3,
      operation: VectorOp.pabsd.rawValue),
    Encoding(
      "66' 0F 38 1E /r", "pabsd", .vectorUnary, .Vx, .Wx, feature: .ssse3,
      operation: VectorOp.pabsd.rawValue),
    Encoding(
      "V 66' 0F 38 1E /r", "vpabsd", .vectorUnary, .Vx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pabsd.rawValue),
    Encoding(
      "66' 0F 38 20 /r", "pmovsxbw", .vectorUnary, .Vx, .Wq, feature: .sse41,
      operation: VectorOp.pmovsxbw.rawValue),
    Encoding(
      "V 66' 0F 38 20 /r", "vpmovsxbw", .vectorUnary, .Vx, .Wq, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovsxbw.rawValue),
    Encoding(
      "66' 0F 38 21 /r", "pmovsxbd", .vectorUnary, .Vx, .Wd, feature: .sse41,
      operation: VectorOp.pmovsxbd.rawValue),
    Encoding(
      "V 66' 0F 38 21 /r", "vpmovsxbd", .vectorUnary, .Vx, .Wd, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovsxbd.rawValue),
    Encoding(
      "66' 0F 38 22 /r", "pmovsxbq", .vectorUnary, .Vx, .Ww, feature: .sse41,
      operation: VectorOp.pmovsxbq.rawValue),
    Encoding(
      "V 66' 0F 38 22 /r", "vpmovsxbq", .vectorUnary, .Vx, .Ww, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovsxbq.rawValue),
    Encoding(
      "66' 0F 38 23 /r", "pmovsxwd", .vectorUnary, .Vx, .Wq, feature: .sse41,
      operation: VectorOp.pmovsxwd.rawValue),
    Encoding(
      "V 66' 0F 38 23 /r", "vpmovsxwd", .vectorUnary, .Vx, .Wq, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovsxwd.rawValue),
    Encoding(
      "66' 0F 38 24 /r", "pmovsxwq", .vectorUnary, .Vx, .Wd, feature: .sse41,
      operation: VectorOp.pmovsxwq.rawValue),
    Encoding(
      "V 66' 0F 38 24 /r", "vpmovsxwq", .vectorUnary, .Vx, .Wd, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovsxwq.rawValue),
    Encoding(
      "66' 0F 38 25 /r", "pmovsxdq", .vectorUnary, .Vx, .Wq, feature: .sse41,
      operation: VectorOp.pmovsxdq.rawValue),
    Encoding(
      "V 66' 0F 38 25 /r", "vpmovsxdq", .vectorUnary, .Vx, .Wq, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovsxdq.rawValue),
    Encoding(
      "66' 0F 38 30 /r", "pmovzxbw", .vectorUnary, .Vx, .Wq, feature: .sse41,
      operation: VectorOp.pmovzxbw.rawValue),
    Encoding(
      "V 66' 0F 38 30 /r", "vpmovzxbw", .vectorUnary, .Vx, .Wq, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovzxbw.rawValue),
    Encoding(
      "66' 0F 38 31 /r", "pmovzxbd", .vectorUnary, .Vx, .Wd, feature: .sse41,
      operation: VectorOp.pmovzxbd.rawValue),
    Encoding(
      "V 66' 0F 38 31 /r", "vpmovzxbd", .vectorUnary, .Vx, .Wd, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovzxbd.rawValue),
    Encoding(
      "66' 0F 38 32 /r", "pmovzxbq", .vectorUnary, .Vx, .Ww, feature: .sse41,
      operation: VectorOp.pmovzxbq.rawValue),
    Encoding(
      "V 66' 0F 38 32 /r", "vpmovzxbq", .vectorUnary, .Vx, .Ww, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovzxbq.rawValue),
    Encoding(
      "66' 0F 38 33 /r", "pmovzxwd", .vectorUnary, .Vx, .Wq, feature: .sse41,
      operation: VectorOp.pmovzxwd.rawValue),
    Encoding(
      "V 66' 0F 38 33 /r", "vpmovzxwd", .vectorUnary, .Vx, .Wq, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovzxwd.rawValue),
    Encoding(
      "66' 0F 38 34 /r", "pmovzxwq", .vectorUnary, .Vx, .Wd, feature: .sse41,
      operation: VectorOp.pmovzxwq.rawValue),
    Encoding(
      "V 66' 0F 38 34 /r", "vpmovzxwq", .vectorUnary, .Vx, .Wd, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovzxwq.rawValue),
    Encoding(
      "66' 0F 38 35 /r", "pmovzxdq", .vectorUnary, .Vx, .Wq, feature: .sse41,
      operation: VectorOp.pmovzxdq.rawValue),
    Encoding(
      "V 66' 0F 38 35 /r", "vpmovzxdq", .vectorUnary, .Vx, .Wq, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovzxdq.rawValue),
    Encoding(
      "66' 0F 38 41 /r", "phminposuw", .vectorUnary, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.phminposuw.rawValue),
    Encoding(
      "V 66' 0F 38 41 L0 /r", "vphminposuw", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.phminposuw.rawValue),
    Encoding(
      "66' 0F 38 28 /r", "pmuldq", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pmuldq.rawValue),
    Encoding(
      "V 66' 0F 38 28 /r", "vpmuldq", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmuldq.rawValue),
    Encoding(
      "66' 0F 38 29 /r", "pcmpeqq", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pcmpeqq.rawValue),
    Encoding(
      "V 66' 0F 38 29 /r", "vpcmpeqq", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pcmpeqq.rawValue),
    Encoding(
      "66' 0F 38 2B /r", "packusdw", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.packusdw.rawValue),
    Encoding(
      "V 66' 0F 38 2B /r", "vpackusdw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.packusdw.rawValue),
    Encoding(
      "66' 0F 38 38 /r", "pminsb", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pminsb.rawValue),
    Encoding(
      "V 66' 0F 38 38 /r", "vpminsb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pminsb.rawValue),
    Encoding(
      "66' 0F 38 39 /r", "pminsd", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pminsd.rawValue),
    Encoding(
      "V 66' 0F 38 39 /r", "vpminsd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pminsd.rawValue),
    Encoding(
      "66' 0F 38 3A /r", "pminuw", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pminuw.rawValue),
    Encoding(
      "V 66' 0F 38 3A /r", "vpminuw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pminuw.rawValue),
    Encoding(
      "66' 0F 38 3B /r", "pminud", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pminud.rawValue),
    Encoding(
      "V 66' 0F 38 3B /r", "vpminud", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pminud.rawValue),
    Encoding(
      "66' 0F 38 3C /r", "pmaxsb", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pmaxsb.rawValue),
    Encoding(
      "V 66' 0F 38 3C /r", "vpmaxsb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmaxsb.rawValue),
    Encoding(
      "66' 0F 38 3D /r", "pmaxsd", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pmaxsd.rawValue),
    Encoding(
      "V 66' 0F 38 3D /r", "vpmaxsd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmaxsd.rawValue),
    Encoding(
      "66' 0F 38 3E /r", "pmaxuw", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pmaxuw.rawValue),
    Encoding(
      "V 66' 0F 38 3E /r", "vpmaxuw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmaxuw.rawValue),
    Encoding(
      "66' 0F 38 3F /r", "pmaxud", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pmaxud.rawValue),
    Encoding(
      "V 66' 0F 38 3F /r", "vpmaxud", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmaxud.rawValue),
    Encoding(
      "66' 0F 38 40 /r", "pmulld", .vector, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pmulld.rawValue),
    Encoding(
      "V 66' 0F 38 40 /r", "vpmulld", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmulld.rawValue),
    Encoding(
      "66' 0F 38 37 /r", "pcmpgtq", .vector, .Vx, .Wx, feature: .sse42,
      operation: VectorOp.pcmpgtq.rawValue),
    Encoding(
      "V 66' 0F 38 37 /r", "vpcmpgtq", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pcmpgtq.rawValue),
    Encoding(
      "66' 0F 38 10 /r", "pblendvb", .vectorBlendXMM0, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.pblendvb.rawValue),
    Encoding(
      "66' 0F 38 14 /r", "blendvps", .vectorBlendXMM0, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.blendvps.rawValue),
    Encoding(
      "66' 0F 38 15 /r", "blendvpd", .vectorBlendXMM0, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.blendvpd.rawValue),
    Encoding(
      "V 66' 0F 3A 4A W0 /r", "vblendvps", .vector, .Vx, .Hx, .Wx, .Lx, feature: .avx,
      operation: VectorOp.blendvps.rawValue),
    Encoding(
      "V 66' 0F 3A 4B W0 /r", "vblendvpd", .vector, .Vx, .Hx, .Wx, .Lx, feature: .avx,
      operation: VectorOp.blendvpd.rawValue),
    Encoding(
      "V 66' 0F 3A 4C W0 /r", "vpblendvb", .vector, .Vx, .Hx, .Wx, .Lx, feature: .avx,
      flags: .wideAVX2,
      operation: VectorOp.pblendvb.rawValue),
    Encoding(
      "NP 0F 70 /r", "pshufw", .vectorUnary, .Pq, .Qq, .Ib, feature: .sse,
      operation: VectorOp.pshufw.rawValue),
    Encoding(
      "66' 0F 70 /r", "pshufd", .vectorUnary, .Vx, .Wx, .Ib, feature: .sse2,
      operation: VectorOp.pshufd.rawValue),
    Encoding(
      "V 66' 0F 70 /r", "vpshufd", .vectorUnary, .Vx, .Wx, .Ib, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pshufd.rawValue),
    Encoding(
      "F3' 0F 70 /r", "pshufhw", .vectorUnary, .Vx, .Wx, .Ib, feature: .sse2,
      operation: VectorOp.pshufhw.rawValue),
    Encoding(
      "V F3' 0F 70 /r", "vpshufhw", .vectorUnary, .Vx, .Wx, .Ib, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pshufhw.rawValue),
    Encoding(
      "F2' 0F 70 /r", "pshuflw", .vectorUnary, .Vx, .Wx, .Ib, feature: .sse2,
      operation: VectorOp.pshuflw.rawValue),
    Encoding(
      "V F2' 0F 70 /r", "vpshuflw", .vectorUnary, .Vx, .Wx, .Ib, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pshuflw.rawValue),
    Encoding(
      "NP 0F 71 /2R", "psrlw", .vectorShiftImmediate, .Nq, .Ib, feature: .mmx,
      operation: VectorOp.psrlwi.rawValue),
    Encoding(
      "66' 0F 71 /2R", "psrlw", .vectorShiftImmediate, .Ux, .Ib, feature: .sse2,
      operation: VectorOp.psrlwi.rawValue),
    Encoding(
      "V 66' 0F 71 /2R", "vpsrlw", .vectorShiftImmediate, .Hx, .Ux, .Ib, feature: .avx,
      flags: .wideAVX2,
      operation: VectorOp.psrlwi.rawValue),
    Encoding(
      "NP 0F 71 /4R", "psraw", .vectorShiftImmediate, .Nq, .Ib, feature: .mmx,
      operation: VectorOp.psrawi.rawValue),
    Encoding(
      "66' 0F 71 /4R", "psraw", .vectorShiftImmediate, .Ux, .Ib, feature: .sse2,
      operation: VectorOp.psrawi.rawValue),
    Encoding(
      "V 66' 0F 71 /4R", "vpsraw", .vectorShiftImmediate, .Hx, .Ux, .Ib, feature: .avx,
      flags: .wideAVX2,
      operation: VectorOp.psrawi.rawValue),
    Encoding(
      "NP 0F 71 /6R", "psllw", .vectorShiftImmediate, .Nq, .Ib, feature: .mmx,
      operation: VectorOp.psllwi.rawValue),
    Encoding(
      "66' 0F 71 /6R", "psllw", .vectorShiftImmediate, .Ux, .Ib, feature: .sse2,
      operation: VectorOp.psllwi.rawValue),
    Encoding(
      "V 66' 0F 71 /6R", "vpsllw", .vectorShiftImmediate, .Hx, .Ux, .Ib, feature: .avx,
      flags: .wideAVX2,
      operation: VectorOp.psllwi.rawValue),
    Encoding(
      "NP 0F 72 /2R", "psrld", .vectorShiftImmediate, .Nq, .Ib, feature: .mmx,
      operation: VectorOp.psrldi.rawValue),
    Encoding(
      "66' 0F 72 /2R", "psrld", .vectorShiftImmediate, .Ux, .Ib, feature: .sse2,
      operation: VectorOp.psrldi.rawValue),
    Encoding(
      "V 66' 0F 72 /2R", "vpsrld", .vectorShiftImmediate, .Hx, .Ux, .Ib, feature: .avx,
      flags: .wideAVX2,
      operation: VectorOp.psrldi.rawValue),
    Encoding(
      "NP 0F 72 /4R", "psrad", .vectorShiftImmediate, .Nq, .Ib, feature: .mmx,
      operation: VectorOp.psradi.rawValue),
    Encoding(
      "66' 0F 72 /4R", "psrad", .vectorShiftImmediate, .Ux, .Ib, feature: .sse2,
      operation: VectorOp.psradi.rawValue),
    Encoding(
      "V 66' 0F 72 /4R", "vpsrad", .vectorShiftImmediate, .Hx, .Ux, .Ib, feature: .avx,
      flags: .wideAVX2,
      operation: VectorOp.psradi.rawValue),
    Encoding(
      "NP 0F 72 /6R", "pslld", .vectorShiftImmediate, .Nq, .Ib, feature: .mmx,
      operation: VectorOp.pslldi.rawValue),
    Encoding(
      "66' 0F 72 /6R", "pslld", .vectorShiftImmediate, .Ux, .Ib, feature: .sse2,
      operation: VectorOp.pslldi.rawValue),
    Encoding(
      "V 66' 0F 72 /6R", "vpslld", .vectorShiftImmediate, .Hx, .Ux, .Ib, feature: .avx,
      flags: .wideAVX2,
      operation: VectorOp.pslldi.rawValue),
    Encoding(
      "NP 0F 73 /2R", "psrlq", .vectorShiftImmediate, .Nq, .Ib, feature: .mmx,
      operation: VectorOp.psrlqi.rawValue),
    Encoding(
      "66' 0F 73 /2R", "psrlq", .vectorShiftImmediate, .Ux, .Ib, feature: .sse2,
      operation: VectorOp.psrlqi.rawValue),
    Encoding(
      "V 66' 0F 73 /2R", "vpsrlq", .vectorShiftImmediate, .Hx, .Ux, .Ib, feature: .avx,
      flags: .wideAVX2,
      operation: VectorOp.psrlqi.rawValue),
    Encoding(
      "NP 0F 73 /6R", "psllq", .vectorShiftImmediate, .Nq, .Ib, feature: .mmx,
      operation: VectorOp.psllqi.rawValue),
    Encoding(
      "66' 0F 73 /6R", "psllq", .vectorShiftImmediate, .Ux, .Ib, feature: .sse2,
      operation: VectorOp.psllqi.rawValue),
    Encoding(
      "V 66' 0F 73 /6R", "vpsllq", .vectorShiftImmediate, .Hx, .Ux, .Ib, feature: .avx,
      flags: .wideAVX2,
      operation: VectorOp.psllqi.rawValue),
    Encoding(
      "66' 0F 73 /3R", "psrldq", .vectorByteShift, .Ux, .Ib, feature: .sse2,
      operation: VectorOp.psrldq.rawValue),
    Encoding(
      "V 66' 0F 73 /3R", "vpsrldq", .vectorByteShift, .Hx, .Ux, .Ib, feature: .avx,
      flags: .wideAVX2,
      operation: VectorOp.psrldq.rawValue),
    Encoding(
      "66' 0F 73 /7R", "pslldq", .vectorByteShift, .Ux, .Ib, feature: .sse2,
      operation: VectorOp.pslldq.rawValue),
    Encoding(
      "V 66' 0F 73 /7R", "vpslldq", .vectorByteShift, .Hx, .Ux, .Ib, feature: .avx,
      flags: .wideAVX2,
      operation: VectorOp.pslldq.rawValue),
    Encoding(
      "NP 0F 3A 0F /r", "palignr", .vector, .Pq, .Qq, .Ib, feature: .ssse3,
      operation: VectorOp.palignr.rawValue),
    Encoding(
      "66' 0F 3A 0F /r", "palignr", .vector, .Vx, .Wx, .Ib, feature: .ssse3,
      operation: VectorOp.palignr.rawValue),
    Encoding(
      "V 66' 0F 3A 0F /r", "vpalignr", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.palignr.rawValue),
    Encoding(
      "66' 0F 3A 0E /r", "pblendw", .vector, .Vx, .Wx, .Ib, feature: .sse41,
      operation: VectorOp.pblendw.rawValue),
    Encoding(
      "V 66' 0F 3A 0E /r", "vpblendw", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pblendw.rawValue),
    Encoding(
      "66' 0F 3A 42 /r", "mpsadbw", .vector, .Vx, .Wx, .Ib, feature: .sse41,
      operation: VectorOp.mpsadbw.rawValue),
    Encoding(
      "V 66' 0F 3A 42 /r", "vmpsadbw", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.mpsadbw.rawValue),
    Encoding(
      "66' 0F 3A 0C /r", "blendps", .vector, .Vx, .Wx, .Ib, feature: .sse41,
      operation: VectorOp.blendps.rawValue),
    Encoding(
      "V 66' 0F 3A 0C /r", "vblendps", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.blendps.rawValue),
    Encoding(
      "66' 0F 3A 0D /r", "blendpd", .vector, .Vx, .Wx, .Ib, feature: .sse41,
      operation: VectorOp.blendpd.rawValue),
    Encoding(
      "V 66' 0F 3A 0D /r", "vblendpd", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.blendpd.rawValue),
    Encoding(
      "66' 0F 3A 40 /r", "dpps", .vector, .Vx, .Wx, .Ib, feature: .sse41,
      operation: VectorOp.dpps.rawValue),
    Encoding(
      "V 66' 0F 3A 40 /r", "vdpps", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.dpps.rawValue),
    Encoding(
      "66' 0F 3A 41 /r", "dppd", .vector, .Vx, .Wx, .Ib, feature: .sse41,
      operation: VectorOp.dppd.rawValue),
    Encoding(
      "V 66' 0F 3A 41 L0 /r", "vdppd", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.dppd.rawValue),
    Encoding(
      "66' 0F 3A 44 /r", "pclmulqdq", .vector, .Vx, .Wx, .Ib, feature: .pclmulqdq,
      operation: VectorOp.pclmulqdq.rawValue),
    Encoding(
      "V 66' 0F 3A 44 L0 /r", "vpclmulqdq", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.pclmulqdq.rawValue),
    Encoding(
      "V 66' 0F 3A 44 L1 /r", "vpclmulqdq", .vector, .Vx, .Hx, .Wx, .Ib, feature: .vpclmulqdq,
      operation: VectorOp.pclmulqdq.rawValue),
  ]
}
