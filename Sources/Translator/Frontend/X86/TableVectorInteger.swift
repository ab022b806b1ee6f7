extension EncodingTable {
  /// Vector integer instructions, MMX to AVX, and cryptography.
  static let vectorInteger: [Encoding] = [
    Encoding(
      "NP 0F 60 /r", "punpcklbw", .vector, .Pq, .Qd, feature: .mmx,
      operation: VectorOp.punpcklbw.rawValue),
    Encoding(
      "66' 0F 60 /r", "punpcklbw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.punpcklbw.rawValue),
    Encoding(
      "V 66' 0F 60 /r", "vpunpcklbw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.punpcklbw.rawValue),
    Encoding(
      "NP 0F 61 /r", "punpcklwd", .vector, .Pq, .Qd, feature: .mmx,
      operation: VectorOp.punpcklwd.rawValue),
    Encoding(
      "66' 0F 61 /r", "punpcklwd", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.punpcklwd.rawValue),
    Encoding(
      "V 66' 0F 61 /r", "vpunpcklwd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.punpcklwd.rawValue),
    Encoding(
      "NP 0F 62 /r", "punpckldq", .vector, .Pq, .Qd, feature: .mmx,
      operation: VectorOp.punpckldq.rawValue),
    Encoding(
      "66' 0F 62 /r", "punpckldq", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.punpckldq.rawValue),
    Encoding(
      "V 66' 0F 62 /r", "vpunpckldq", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.punpckldq.rawValue),
    Encoding(
      "NP 0F 63 /r", "packsswb", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.packsswb.rawValue),
    Encoding(
      "66' 0F 63 /r", "packsswb", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.packsswb.rawValue),
    Encoding(
      "V 66' 0F 63 /r", "vpacksswb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.packsswb.rawValue),
    Encoding(
      "NP 0F 64 /r", "pcmpgtb", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.pcmpgtb.rawValue),
    Encoding(
      "66' 0F 64 /r", "pcmpgtb", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pcmpgtb.rawValue),
    Encoding(
      "V 66' 0F 64 /r", "vpcmpgtb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pcmpgtb.rawValue),
    Encoding(
      "NP 0F 65 /r", "pcmpgtw", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.pcmpgtw.rawValue),
    Encoding(
      "66' 0F 65 /r", "pcmpgtw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pcmpgtw.rawValue),
    Encoding(
      "V 66' 0F 65 /r", "vpcmpgtw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pcmpgtw.rawValue),
    Encoding(
      "NP 0F 66 /r", "pcmpgtd", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.pcmpgtd.rawValue),
    Encoding(
      "66' 0F 66 /r", "pcmpgtd", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pcmpgtd.rawValue),
    Encoding(
      "V 66' 0F 66 /r", "vpcmpgtd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pcmpgtd.rawValue),
    Encoding(
      "NP 0F 67 /r", "packuswb", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.packuswb.rawValue),
    Encoding(
      "66' 0F 67 /r", "packuswb", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.packuswb.rawValue),
    Encoding(
      "V 66' 0F 67 /r", "vpackuswb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.packuswb.rawValue),
    Encoding(
      "NP 0F 68 /r", "punpckhbw", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.punpckhbw.rawValue),
    Encoding(
      "66' 0F 68 /r", "punpckhbw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.punpckhbw.rawValue),
    Encoding(
      "V 66' 0F 68 /r", "vpunpckhbw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.punpckhbw.rawValue),
    Encoding(
      "NP 0F 69 /r", "punpckhwd", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.punpckhwd.rawValue),
    Encoding(
      "66' 0F 69 /r", "punpckhwd", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.punpckhwd.rawValue),
    Encoding(
      "V 66' 0F 69 /r", "vpunpckhwd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.punpckhwd.rawValue),
    Encoding(
      "NP 0F 6A /r", "punpckhdq", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.punpckhdq.rawValue),
    Encoding(
      "66' 0F 6A /r", "punpckhdq", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.punpckhdq.rawValue),
    Encoding(
      "V 66' 0F 6A /r", "vpunpckhdq", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.punpckhdq.rawValue),
    Encoding(
      "NP 0F 6B /r", "packssdw", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.packssdw.rawValue),
    Encoding(
      "66' 0F 6B /r", "packssdw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.packssdw.rawValue),
    Encoding(
      "V 66' 0F 6B /r", "vpackssdw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.packssdw.rawValue),
    Encoding(
      "NP 0F 74 /r", "pcmpeqb", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.pcmpeqb.rawValue),
    Encoding(
      "66' 0F 74 /r", "pcmpeqb", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pcmpeqb.rawValue),
    Encoding(
      "V 66' 0F 74 /r", "vpcmpeqb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pcmpeqb.rawValue),
    Encoding(
      "NP 0F 75 /r", "pcmpeqw", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.pcmpeqw.rawValue),
    Encoding(
      "66' 0F 75 /r", "pcmpeqw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pcmpeqw.rawValue),
    Encoding(
      "V 66' 0F 75 /r", "vpcmpeqw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pcmpeqw.rawValue),
    Encoding(
      "NP 0F 76 /r", "pcmpeqd", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.pcmpeqd.rawValue),
    Encoding(
      "66' 0F 76 /r", "pcmpeqd", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pcmpeqd.rawValue),
    Encoding(
      "V 66' 0F 76 /r", "vpcmpeqd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pcmpeqd.rawValue),
    Encoding(
      "NP 0F D1 /r", "psrlw", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psrlw.rawValue),
    Encoding(
      "66' 0F D1 /r", "psrlw", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.psrlw.rawValue
    ),
    Encoding(
      "V 66' 0F D1 /r", "vpsrlw", .vector, .Vx, .Hx, .Wo, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psrlw.rawValue),
    Encoding(
      "NP 0F D2 /r", "psrld", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psrld.rawValue),
    Encoding(
      "66' 0F D2 /r", "psrld", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.psrld.rawValue
    ),
    Encoding(
      "V 66' 0F D2 /r", "vpsrld", .vector, .Vx, .Hx, .Wo, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psrld.rawValue),
    Encoding(
      "NP 0F D3 /r", "psrlq", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psrlq.rawValue),
    Encoding(
      "66' 0F D3 /r", "psrlq", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.psrlq.rawValue
    ),
    Encoding(
      "V 66' 0F D3 /r", "vpsrlq", .vector, .Vx, .Hx, .Wo, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psrlq.rawValue),
    Encoding(
      "NP 0F D5 /r", "pmullw", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.pmullw.rawValue
    ),
    Encoding(
      "66' 0F D5 /r", "pmullw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pmullw.rawValue),
    Encoding(
      "V 66' 0F D5 /r", "vpmullw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmullw.rawValue),
    Encoding(
      "NP 0F D8 /r", "psubusb", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.psubusb.rawValue),
    Encoding(
      "66' 0F D8 /r", "psubusb", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.psubusb.rawValue),
    Encoding(
      "V 66' 0F D8 /r", "vpsubusb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psubusb.rawValue),
    Encoding(
      "NP 0F D9 /r", "psubusw", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.psubusw.rawValue),
    Encoding(
      "66' 0F D9 /r", "psubusw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.psubusw.rawValue),
    Encoding(
      "V 66' 0F D9 /r", "vpsubusw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psubusw.rawValue),
    Encoding(
      "NP 0F DB /r", "pand", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.pand.rawValue),
    Encoding(
      "66' 0F DB /r", "pand", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.pand.rawValue),
    Encoding(
      "V 66' 0F DB /r", "vpand", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pand.rawValue),
    Encoding(
      "NP 0F DC /r", "paddusb", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.paddusb.rawValue),
    Encoding(
      "66' 0F DC /r", "paddusb", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.paddusb.rawValue),
    Encoding(
      "V 66' 0F DC /r", "vpaddusb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.paddusb.rawValue),
    Encoding(
      "NP 0F DD /r", "paddusw", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.paddusw.rawValue),
    Encoding(
      "66' 0F DD /r", "paddusw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.paddusw.rawValue),
    Encoding(
      "V 66' 0F DD /r", "vpaddusw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.paddusw.rawValue),
    Encoding(
      "NP 0F DF /r", "pandn", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.pandn.rawValue),
    Encoding(
      "66' 0F DF /r", "pandn", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.pandn.rawValue
    ),
    Encoding(
      "V 66' 0F DF /r", "vpandn", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pandn.rawValue),
    Encoding(
      "NP 0F E1 /r", "psraw", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psraw.rawValue),
    Encoding(
      "66' 0F E1 /r", "psraw", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.psraw.rawValue
    ),
    Encoding(
      "V 66' 0F E1 /r", "vpsraw", .vector, .Vx, .Hx, .Wo, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psraw.rawValue),
    Encoding(
      "NP 0F E2 /r", "psrad", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psrad.rawValue),
    Encoding(
      "66' 0F E2 /r", "psrad", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.psrad.rawValue
    ),
    Encoding(
      "V 66' 0F E2 /r", "vpsrad", .vector, .Vx, .Hx, .Wo, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psrad.rawValue),
    Encoding(
      "NP 0F E5 /r", "pmulhw", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.pmulhw.rawValue
    ),
    Encoding(
      "66' 0F E5 /r", "pmulhw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pmulhw.rawValue),
    Encoding(
      "V 66' 0F E5 /r", "vpmulhw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmulhw.rawValue),
    Encoding(
      "NP 0F E8 /r", "psubsb", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psubsb.rawValue
    ),
    Encoding(
      "66' 0F E8 /r", "psubsb", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.psubsb.rawValue),
    Encoding(
      "V 66' 0F E8 /r", "vpsubsb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psubsb.rawValue),
    Encoding(
      "NP 0F E9 /r", "psubsw", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psubsw.rawValue
    ),
    Encoding(
      "66' 0F E9 /r", "psubsw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.psubsw.rawValue),
    Encoding(
      "V 66' 0F E9 /r", "vpsubsw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psubsw.rawValue),
    Encoding(
      "NP 0F EB /r", "por", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.por.rawValue),
    Encoding(
      "66' 0F EB /r", "por", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.por.rawValue),
    Encoding(
      "V 66' 0F EB /r", "vpor", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.por.rawValue),
    Encoding(
      "NP 0F EC /r", "paddsb", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.paddsb.rawValue
    ),
    Encoding(
      "66' 0F EC /r", "paddsb", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.paddsb.rawValue),
    Encoding(
      "V 66' 0F EC /r", "vpaddsb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.paddsb.rawValue),
    Encoding(
      "NP 0F ED /r", "paddsw", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.paddsw.rawValue
    ),
    Encoding(
      "66' 0F ED /r", "paddsw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.paddsw.rawValue),
    Encoding(
      "V 66' 0F ED /r", "vpaddsw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.paddsw.rawValue),
    Encoding(
      "NP 0F EF /r", "pxor", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.pxor.rawValue),
    Encoding(
      "66' 0F EF /r", "pxor", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.pxor.rawValue),
    Encoding(
      "V 66' 0F EF /r", "vpxor", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pxor.rawValue),
    Encoding(
      "NP 0F F1 /r", "psllw", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psllw.rawValue),
    Encoding(
      "66' 0F F1 /r", "psllw", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.psllw.rawValue
    ),
    Encoding(
      "V 66' 0F F1 /r", "vpsllw", .vector, .Vx, .Hx, .Wo, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psllw.rawValue),
    Encoding(
      "NP 0F F2 /r", "pslld", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.pslld.rawValue),
    Encoding(
      "66' 0F F2 /r", "pslld", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.pslld.rawValue
    ),
    Encoding(
      "V 66' 0F F2 /r", "vpslld", .vector, .Vx, .Hx, .Wo, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pslld.rawValue),
    Encoding(
      "NP 0F F3 /r", "psllq", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psllq.rawValue),
    Encoding(
      "66' 0F F3 /r", "psllq", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.psllq.rawValue
    ),
    Encoding(
      "V 66' 0F F3 /r", "vpsllq", .vector, .Vx, .Hx, .Wo, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psllq.rawValue),
    Encoding(
      "NP 0F F5 /r", "pmaddwd", .vector, .Pq, .Qq, feature: .mmx,
      operation: VectorOp.pmaddwd.rawValue),
    Encoding(
      "66' 0F F5 /r", "pmaddwd", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pmaddwd.rawValue),
    Encoding(
      "V 66' 0F F5 /r", "vpmaddwd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmaddwd.rawValue),
    Encoding(
      "NP 0F F8 /r", "psubb", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psubb.rawValue),
    Encoding(
      "66' 0F F8 /r", "psubb", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.psubb.rawValue
    ),
    Encoding(
      "V 66' 0F F8 /r", "vpsubb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psubb.rawValue),
    Encoding(
      "NP 0F F9 /r", "psubw", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psubw.rawValue),
    Encoding(
      "66' 0F F9 /r", "psubw", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.psubw.rawValue
    ),
    Encoding(
      "V 66' 0F F9 /r", "vpsubw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psubw.rawValue),
    Encoding(
      "NP 0F FA /r", "psubd", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.psubd.rawValue),
    Encoding(
      "66' 0F FA /r", "psubd", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.psubd.rawValue
    ),
    Encoding(
      "V 66' 0F FA /r", "vpsubd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psubd.rawValue),
    Encoding(
      "NP 0F FC /r", "paddb", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.paddb.rawValue),
    Encoding(
      "66' 0F FC /r", "paddb", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.paddb.rawValue
    ),
    Encoding(
      "V 66' 0F FC /r", "vpaddb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.paddb.rawValue),
    Encoding(
      "NP 0F FD /r", "paddw", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.paddw.rawValue),
    Encoding(
      "66' 0F FD /r", "paddw", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.paddw.rawValue
    ),
    Encoding(
      "V 66' 0F FD /r", "vpaddw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.paddw.rawValue),
    Encoding(
      "NP 0F FE /r", "paddd", .vector, .Pq, .Qq, feature: .mmx, operation: VectorOp.paddd.rawValue),
    Encoding(
      "66' 0F FE /r", "paddd", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.paddd.rawValue
    ),
    Encoding(
      "V 66' 0F FE /r", "vpaddd", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.paddd.rawValue),
    Encoding(
      "NP 0F DA /r", "pminub", .vector, .Pq, .Qq, feature: .sse, operation: VectorOp.pminub.rawValue
    ),
    Encoding(
      "66' 0F DA /r", "pminub", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pminub.rawValue),
    Encoding(
      "V 66' 0F DA /r", "vpminub", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pminub.rawValue),
    Encoding(
      "NP 0F DE /r", "pmaxub", .vector, .Pq, .Qq, feature: .sse, operation: VectorOp.pmaxub.rawValue
    ),
    Encoding(
      "66' 0F DE /r", "pmaxub", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pmaxub.rawValue),
    Encoding(
      "V 66' 0F DE /r", "vpmaxub", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmaxub.rawValue),
    Encoding(
      "NP 0F E0 /r", "pavgb", .vector, .Pq, .Qq, feature: .sse, operation: VectorOp.pavgb.rawValue),
    Encoding(
      "66' 0F E0 /r", "pavgb", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.pavgb.rawValue
    ),
    Encoding(
      "V 66' 0F E0 /r", "vpavgb", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pavgb.rawValue),
    Encoding(
      "NP 0F E3 /r", "pavgw", .vector, .Pq, .Qq, feature: .sse, operation: VectorOp.pavgw.rawValue),
    Encoding(
      "66' 0F E3 /r", "pavgw", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.pavgw.rawValue
    ),
    Encoding(
      "V 66' 0F E3 /r", "vpavgw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pavgw.rawValue),
    Encoding(
      "NP 0F E4 /r", "pmulhuw", .vector, .Pq, .Qq, feature: .sse,
      operation: VectorOp.pmulhuw.rawValue),
    Encoding(
      "66' 0F E4 /r", "pmulhuw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pmulhuw.rawValue),
    Encoding(
      "V 66' 0F E4 /r", "vpmulhuw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmulhuw.rawValue),
    Encoding(
      "NP 0F EA /r", "pminsw", .vector, .Pq, .Qq, feature: .sse, operation: VectorOp.pminsw.rawValue
    ),
    Encoding(
      "66' 0F EA /r", "pminsw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pminsw.rawValue),
    Encoding(
      "V 66' 0F EA /r", "vpminsw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pminsw.rawValue),
    Encoding(
      "NP 0F EE /r", "pmaxsw", .vector, .Pq, .Qq, feature: .sse, operation: VectorOp.pmaxsw.rawValue
    ),
    Encoding(
      "66' 0F EE /r", "pmaxsw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pmaxsw.rawValue),
    Encoding(
      "V 66' 0F EE /r", "vpmaxsw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmaxsw.rawValue),
    Encoding(
      "NP 0F F6 /r", "psadbw", .vector, .Pq, .Qq, feature: .sse, operation: VectorOp.psadbw.rawValue
    ),
    Encoding(
      "66' 0F F6 /r", "psadbw", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.psadbw.rawValue),
    Encoding(
      "V 66' 0F F6 /r", "vpsadbw", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psadbw.rawValue),
    Encoding(
      "NP 0F D4 /r", "paddq", .vector, .Pq, .Qq, feature: .sse2, operation: VectorOp.paddq.rawValue),
    Encoding(
      "66' 0F D4 /r", "paddq", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.paddq.rawValue
    ),
    Encoding(
      "V 66' 0F D4 /r", "vpaddq", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.paddq.rawValue),
    Encoding(
      "NP 0F F4 /r", "pmuludq", .vector, .Pq, .Qq, feature: .sse2,
      operation: VectorOp.pmuludq.rawValue),
    Encoding(
      "66' 0F F4 /r", "pmuludq", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.pmuludq.rawValue),
    Encoding(
      "V 66' 0F F4 /r", "vpmuludq", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmuludq.rawValue),
    Encoding(
      "NP 0F FB /r", "psubq", .vector, .Pq, .Qq, feature: .sse2, operation: VectorOp.psubq.rawValue),
    Encoding(
      "66' 0F FB /r", "psubq", .vector, .Vx, .Wx, feature: .sse2, operation: VectorOp.psubq.rawValue
    ),
    Encoding(
      "V 66' 0F FB /r", "vpsubq", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.psubq.rawValue),
    Encoding(
      "66' 0F 6C /r", "punpcklqdq", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.punpcklqdq.rawValue),
    Encoding(
      "V 66' 0F 6C /r", "vpunpcklqdq", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.punpcklqdq.rawValue),
    Encoding(
      "66' 0F 6D /r", "punpckhqdq", .vector, .Vx, .Wx, feature: .sse2,
      operation: VectorOp.punpckhqdq.rawValue),
    Encoding(
      "V 66' 0F 6D /r", "vpunpckhqdq", .vector, .Vx, .Hx, .Wx, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.punpckhqdq.rawValue),
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
    Encoding(
      "66' 0F D7 /rR", "pmovmskb", .vectorMask, .Gd, .Ux, feature: .sse2,
      operation: VectorOp.pmovmskb.rawValue),
    Encoding(
      "NP 0F 50 /rR", "movmskps", .vectorMask, .Gd, .Ux, feature: .sse,
      operation: VectorOp.movmskps.rawValue),
    Encoding(
      "66' 0F 50 /rR", "movmskpd", .vectorMask, .Gd, .Ux, feature: .sse2,
      operation: VectorOp.movmskpd.rawValue),
    Encoding(
      "66' 0F C5 /rR", "pextrw", .vectorExtract, .Gd, .Ux, .Ib, feature: .sse2, operation: 2),
    Encoding(
      "66' 0F 3A 14 /r", "pextrb", .vectorExtract, .Eb, .Vx, .Ib, feature: .sse41, operation: 1),
    Encoding(
      "66' 0F 3A 15 /r", "pextrw", .vectorExtract, .Ew, .Vx, .Ib, feature: .sse41, operation: 2),
    Encoding(
      "66' 0F 3A 16 /r", "pextrd", .vectorExtract, .Ey, .Vx, .Ib, feature: .sse41, operation: 4),
    Encoding(
      "66' 0F 3A 17 /r", "extractps", .vectorExtract, .Ed, .Vx, .Ib, feature: .sse41, operation: 4),
    Encoding("66' 0F C4 /r", "pinsrw", .vectorInsert, .Vx, .Ew, .Ib, feature: .sse2, operation: 2),
    Encoding(
      "66' 0F 3A 20 /r", "pinsrb", .vectorInsert, .Vx, .Eb, .Ib, feature: .sse41, operation: 1),
    Encoding(
      "66' 0F 3A 22 /r", "pinsrd", .vectorInsert, .Vx, .Ey, .Ib, feature: .sse41, operation: 4),
    Encoding(
      "66' 0F 3A 21 /r", "insertps", .vector, .Vx, .Wd, .Ib, feature: .sse41,
      operation: VectorOp.insertps.rawValue),
    Encoding(
      "66' 0F 38 17 /r", "ptest", .vectorFlags, .Vx, .Wx, feature: .sse41,
      operation: VectorOp.ptest.rawValue),
    Encoding(
      "66' 0F 3A 60 /r", "pcmpestrm", .vectorString, .Vx, .Wx, .Ib, feature: .sse42,
      operation: VectorOp.pcmpestrm.rawValue),
    Encoding(
      "66' 0F 3A 61 /r", "pcmpestri", .vectorString, .Vx, .Wx, .Ib, feature: .sse42,
      operation: VectorOp.pcmpestri.rawValue),
    Encoding(
      "66' 0F 3A 62 /r", "pcmpistrm", .vectorString, .Vx, .Wx, .Ib, feature: .sse42,
      operation: VectorOp.pcmpistrm.rawValue),
    Encoding(
      "66' 0F 3A 63 /r", "pcmpistri", .vectorString, .Vx, .Wx, .Ib, feature: .sse42,
      operation: VectorOp.pcmpistri.rawValue),
    Encoding(
      "66' 0F 38 DC /r", "aesenc", .vector, .Vx, .Wx, feature: .aes,
      operation: VectorOp.aesenc.rawValue),
    Encoding(
      "66' 0F 38 DD /r", "aesenclast", .vector, .Vx, .Wx, feature: .aes,
      operation: VectorOp.aesenclast.rawValue),
    Encoding(
      "66' 0F 38 DE /r", "aesdec", .vector, .Vx, .Wx, feature: .aes,
      operation: VectorOp.aesdec.rawValue),
    Encoding(
      "66' 0F 38 DF /r", "aesdeclast", .vector, .Vx, .Wx, feature: .aes,
      operation: VectorOp.aesdeclast.rawValue),
    Encoding(
      "66' 0F 38 DB /r", "aesimc", .vectorUnary, .Vx, .Wx, feature: .aes,
      operation: VectorOp.aesimc.rawValue),
    Encoding(
      "66' 0F 3A DF /r", "aeskeygenassist", .vectorUnary, .Vx, .Wx, .Ib, feature: .aes,
      operation: VectorOp.aeskeygenassist.rawValue),
    Encoding(
      "V 66' 0F D7 /rR", "vpmovmskb", .vectorMask, .Gd, .Ux, feature: .avx, flags: .wideAVX2,
      operation: VectorOp.pmovmskb.rawValue),
    Encoding(
      "V NP 0F 50 /rR", "vmovmskps", .vectorMask, .Gd, .Ux, feature: .avx,
      operation: VectorOp.movmskps.rawValue),
    Encoding(
      "V 66' 0F 50 /rR", "vmovmskpd", .vectorMask, .Gd, .Ux, feature: .avx,
      operation: VectorOp.movmskpd.rawValue),
    Encoding(
      "V 66' 0F C5 /rR L0", "vpextrw", .vectorExtract, .Gd, .Ux, .Ib, feature: .avx, operation: 2),
    Encoding(
      "V 66' 0F 3A 14 /r L0", "vpextrb", .vectorExtract, .Eb, .Vx, .Ib, feature: .avx, operation: 1),
    Encoding(
      "V 66' 0F 3A 15 /r L0", "vpextrw", .vectorExtract, .Ew, .Vx, .Ib, feature: .avx, operation: 2),
    Encoding(
      "V 66' 0F 3A 16 /r L0", "vpextrd", .vectorExtract, .Ey, .Vx, .Ib, feature: .avx, operation: 4),
    Encoding(
      "V 66' 0F 3A 17 /r L0", "vextractps", .vectorExtract, .Ed, .Vx, .Ib, feature: .avx,
      operation: 4),
    Encoding(
      "V 66' 0F C4 /r L0", "vpinsrw", .vectorInsert, .Vx, .Hx, .Ew, .Ib, feature: .avx, operation: 2
    ),
    Encoding(
      "V 66' 0F 3A 20 /r L0", "vpinsrb", .vectorInsert, .Vx, .Hx, .Eb, .Ib, feature: .avx,
      operation: 1),
    Encoding(
      "V 66' 0F 3A 22 /r L0", "vpinsrd", .vectorInsert, .Vx, .Hx, .Ey, .Ib, feature: .avx,
      operation: 4),
    Encoding(
      "V 66' 0F 3A 21 /r L0", "vinsertps", .vector, .Vx, .Hx, .Wd, .Ib, feature: .avx,
      operation: VectorOp.insertps.rawValue),
    Encoding(
      "V 66' 0F 38 17 /r", "vptest", .vectorFlags, .Vx, .Wx, feature: .avx,
      operation: VectorOp.ptest.rawValue),
    Encoding(
      "V 66' 0F 3A 60 /r L0", "vpcmpestrm", .vectorString, .Vx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.pcmpestrm.rawValue),
    Encoding(
      "V 66' 0F 3A 61 /r L0", "vpcmpestri", .vectorString, .Vx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.pcmpestri.rawValue),
    Encoding(
      "V 66' 0F 3A 62 /r L0", "vpcmpistrm", .vectorString, .Vx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.pcmpistrm.rawValue),
    Encoding(
      "V 66' 0F 3A 63 /r L0", "vpcmpistri", .vectorString, .Vx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.pcmpistri.rawValue),
    Encoding(
      "V 66' 0F 38 DC L0 /r", "vaesenc", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.aesenc.rawValue),
    Encoding(
      "V 66' 0F 38 DD L0 /r", "vaesenclast", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.aesenclast.rawValue),
    Encoding(
      "V 66' 0F 38 DE L0 /r", "vaesdec", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.aesdec.rawValue),
    Encoding(
      "V 66' 0F 38 DF L0 /r", "vaesdeclast", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.aesdeclast.rawValue),
    Encoding(
      "V 66' 0F 38 DC L1 /r", "vaesenc", .vector, .Vx, .Hx, .Wx, feature: .vaes,
      operation: VectorOp.aesenc.rawValue),
    Encoding(
      "V 66' 0F 38 DD L1 /r", "vaesenclast", .vector, .Vx, .Hx, .Wx, feature: .vaes,
      operation: VectorOp.aesenclast.rawValue),
    Encoding(
      "V 66' 0F 38 DE L1 /r", "vaesdec", .vector, .Vx, .Hx, .Wx, feature: .vaes,
      operation: VectorOp.aesdec.rawValue),
    Encoding(
      "V 66' 0F 38 DF L1 /r", "vaesdeclast", .vector, .Vx, .Hx, .Wx, feature: .vaes,
      operation: VectorOp.aesdeclast.rawValue),
    Encoding(
      "V 66' 0F 38 DB /r L0", "vaesimc", .vectorUnary, .Vx, .Wx, feature: .avx,
      operation: VectorOp.aesimc.rawValue),
    Encoding(
      "V 66' 0F 3A DF /r L0", "vaeskeygenassist", .vectorUnary, .Vx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.aeskeygenassist.rawValue),
    Encoding(
      "NP 0F D7 /rR", "pmovmskb", .vectorMask, .Gd, .Nq, feature: .sse,
      operation: VectorOp.pmovmskb.rawValue),
    Encoding("NP 0F C5 /rR", "pextrw", .vectorExtract, .Gd, .Nq, .Ib, feature: .sse, operation: 2),
    Encoding("NP 0F C4 /r", "pinsrw", .vectorInsert, .Pq, .Ew, .Ib, feature: .sse, operation: 2),
    Encoding(
      "NP 0F 38 C8 /r", "sha1nexte", .vector, .Vx, .Wx, feature: .sha,
      operation: VectorOp.sha1nexte.rawValue),
    Encoding(
      "NP 0F 38 C9 /r", "sha1msg1", .vector, .Vx, .Wx, feature: .sha,
      operation: VectorOp.sha1msg1.rawValue),
    Encoding(
      "NP 0F 38 CA /r", "sha1msg2", .vector, .Vx, .Wx, feature: .sha,
      operation: VectorOp.sha1msg2.rawValue),
    Encoding(
      "NP 0F 38 CC /r", "sha256msg1", .vector, .Vx, .Wx, feature: .sha,
      operation: VectorOp.sha256msg1.rawValue),
    Encoding(
      "NP 0F 38 CD /r", "sha256msg2", .vector, .Vx, .Wx, feature: .sha,
      operation: VectorOp.sha256msg2.rawValue),
    Encoding(
      "NP 0F 38 CB /r", "sha256rnds2", .vectorBlendXMM0, .Vx, .Wx, feature: .sha,
      operation: VectorOp.sha256rnds2.rawValue),
    Encoding(
      "NP 0F 3A CC /r", "sha1rnds4", .vector, .Vx, .Wx, .Ib, feature: .sha,
      operation: VectorOp.sha1rnds4.rawValue),
    Encoding("66' 0F F7 /rR", "maskmovdqu", .maskMove, .Vx, .Ux, feature: .sse2),
    Encoding("V 66' 0F F7 /rR L0", "vmaskmovdqu", .maskMove, .Vx, .Ux, feature: .avx),
    Encoding("NP 0F F7 /rR", "maskmovq", .maskMove, .Pq, .Nq, feature: .sse),
  ]
}
