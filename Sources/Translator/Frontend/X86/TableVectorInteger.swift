extension EncodingTable {
  /// Packed integers: what MMX began with, in the map behind 0F, to AVX2.
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
  ]
}
