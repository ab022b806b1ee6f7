extension EncodingTable {
  /// Masks and elements of vectors, string comparisons, AES, carry-less products and SHA.
  static let vectorElements: [Encoding] = [
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
