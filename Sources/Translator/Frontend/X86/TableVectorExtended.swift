extension EncodingTable {
  /// AVX, AVX2 and F16C instructions without an SSE form.
  static let vectorExtended: [Encoding] = [
    Encoding(
      "V 66' 0F 38 18 W0 /r", "vbroadcastss", .vectorBroadcast, .Vx, .Wd, feature: .avx,
      flags: .registerAVX2, operation: VectorOp.broadcastd.rawValue),
    Encoding(
      "V 66' 0F 38 19 W0 L1 /r", "vbroadcastsd", .vectorBroadcast, .Vx, .Wq, feature: .avx,
      flags: .registerAVX2, operation: VectorOp.broadcastq.rawValue),
    Encoding(
      "V 66' 0F 38 1A W0 L1 /rm", "vbroadcastf128", .vectorBroadcast, .Vx, .Wo, feature: .avx,
      operation: VectorOp.broadcast128.rawValue),
    Encoding(
      "V 66' 0F 38 5A W0 L1 /rm", "vbroadcasti128", .vectorBroadcast, .Vx, .Wo, feature: .avx2,
      operation: VectorOp.broadcast128.rawValue),
    Encoding(
      "V 66' 0F 38 78 W0 /r", "vpbroadcastb", .vectorBroadcast, .Vx, .Wb, feature: .avx2,
      operation: VectorOp.broadcastb.rawValue),
    Encoding(
      "V 66' 0F 38 79 W0 /r", "vpbroadcastw", .vectorBroadcast, .Vx, .Ww, feature: .avx2,
      operation: VectorOp.broadcastw.rawValue),
    Encoding(
      "V 66' 0F 38 58 W0 /r", "vpbroadcastd", .vectorBroadcast, .Vx, .Wd, feature: .avx2,
      operation: VectorOp.broadcastd.rawValue),
    Encoding(
      "V 66' 0F 38 59 W0 /r", "vpbroadcastq", .vectorBroadcast, .Vx, .Wq, feature: .avx2,
      operation: VectorOp.broadcastq.rawValue),
    Encoding(
      "V 66' 0F 3A 18 W0 L1 /r", "vinsertf128", .vector, .Vx, .Hx, .Wo, .Ib, feature: .avx,
      operation: VectorOp.insert128.rawValue),
    Encoding(
      "V 66' 0F 3A 38 W0 L1 /r", "vinserti128", .vector, .Vx, .Hx, .Wo, .Ib, feature: .avx2,
      operation: VectorOp.insert128.rawValue),
    Encoding(
      "V 66' 0F 3A 19 W0 L1 /r", "vextractf128", .vectorStoreResult, .Wo, .Vx, .Ib, feature: .avx,
      operation: VectorOp.extract128.rawValue),
    Encoding(
      "V 66' 0F 3A 39 W0 L1 /r", "vextracti128", .vectorStoreResult, .Wo, .Vx, .Ib, feature: .avx2,
      operation: VectorOp.extract128.rawValue),
    Encoding(
      "V 66' 0F 3A 06 W0 L1 /r", "vperm2f128", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.perm2f128.rawValue),
    Encoding(
      "V 66' 0F 3A 46 W0 L1 /r", "vperm2i128", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx2,
      operation: VectorOp.perm2f128.rawValue),
    Encoding(
      "V 66' 0F 38 0C W0 /r", "vpermilps", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.permilpsv.rawValue),
    Encoding(
      "V 66' 0F 38 0D W0 /r", "vpermilpd", .vector, .Vx, .Hx, .Wx, feature: .avx,
      operation: VectorOp.permilpdv.rawValue),
    Encoding(
      "V 66' 0F 3A 04 W0 /r", "vpermilps", .vectorUnary, .Vx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.permilps.rawValue),
    Encoding(
      "V 66' 0F 3A 05 W0 /r", "vpermilpd", .vectorUnary, .Vx, .Wx, .Ib, feature: .avx,
      operation: VectorOp.permilpd.rawValue),
    Encoding(
      "V 66' 0F 3A 00 W1 L1 /r", "vpermq", .vectorUnary, .Vx, .Wx, .Ib, feature: .avx2,
      operation: VectorOp.permq.rawValue),
    Encoding(
      "V 66' 0F 3A 01 W1 L1 /r", "vpermpd", .vectorUnary, .Vx, .Wx, .Ib, feature: .avx2,
      operation: VectorOp.permq.rawValue),
    Encoding(
      "V 66' 0F 38 36 W0 L1 /r", "vpermd", .vector, .Vx, .Hx, .Wx, feature: .avx2,
      operation: VectorOp.permd.rawValue),
    Encoding(
      "V 66' 0F 38 16 W0 L1 /r", "vpermps", .vector, .Vx, .Hx, .Wx, feature: .avx2,
      operation: VectorOp.permd.rawValue),
    Encoding(
      "V 66' 0F 3A 02 W0 /r", "vpblendd", .vector, .Vx, .Hx, .Wx, .Ib, feature: .avx2,
      operation: VectorOp.pblendd.rawValue),
    Encoding(
      "V 66' 0F 38 47 W0 /r", "vpsllvd", .vector, .Vx, .Hx, .Wx, feature: .avx2,
      operation: VectorOp.psllvd.rawValue),
    Encoding(
      "V 66' 0F 38 47 W1 /r", "vpsllvq", .vector, .Vx, .Hx, .Wx, feature: .avx2,
      operation: VectorOp.psllvq.rawValue),
    Encoding(
      "V 66' 0F 38 45 W0 /r", "vpsrlvd", .vector, .Vx, .Hx, .Wx, feature: .avx2,
      operation: VectorOp.psrlvd.rawValue),
    Encoding(
      "V 66' 0F 38 45 W1 /r", "vpsrlvq", .vector, .Vx, .Hx, .Wx, feature: .avx2,
      operation: VectorOp.psrlvq.rawValue),
    Encoding(
      "V 66' 0F 38 46 W0 /r", "vpsravd", .vector, .Vx, .Hx, .Wx, feature: .avx2,
      operation: VectorOp.psravd.rawValue),
    Encoding(
      "V 66' 0F 38 2C W0 /rm", "vmaskmovps", .vectorMaskedLoad, .Vx, .Hx, .M, feature: .avx,
      operation: 4),
    Encoding(
      "V 66' 0F 38 2D W0 /rm", "vmaskmovpd", .vectorMaskedLoad, .Vx, .Hx, .M, feature: .avx,
      operation: 8),
    Encoding(
      "V 66' 0F 38 2E W0 /rm", "vmaskmovps", .vectorMaskedStore, .M, .Hx, .Vx, feature: .avx,
      operation: 4),
    Encoding(
      "V 66' 0F 38 2F W0 /rm", "vmaskmovpd", .vectorMaskedStore, .M, .Hx, .Vx, feature: .avx,
      operation: 8),
    Encoding(
      "V 66' 0F 38 8C W0 /rm", "vpmaskmovd", .vectorMaskedLoad, .Vx, .Hx, .M, feature: .avx2,
      operation: 4),
    Encoding(
      "V 66' 0F 38 8E W0 /rm", "vpmaskmovd", .vectorMaskedStore, .M, .Hx, .Vx, feature: .avx2,
      operation: 4),
    Encoding(
      "V 66' 0F 38 8C W1 /rm", "vpmaskmovq", .vectorMaskedLoad, .Vx, .Hx, .M, feature: .avx2,
      operation: 8),
    Encoding(
      "V 66' 0F 38 8E W1 /rm", "vpmaskmovq", .vectorMaskedStore, .M, .Hx, .Vx, feature: .avx2,
      operation: 8),
    Encoding(
      "V 66' 0F 38 90 W0 /rm", "vpgatherdd", .vectorGather, .Vx, .M, .Hx, feature: .avx2,
      flags: .vectorIndex, operation: 1028),
    Encoding(
      "V 66' 0F 38 90 W1 /rm", "vpgatherdq", .vectorGather, .Vx, .M, .Hx, feature: .avx2,
      flags: .vectorIndex, operation: 1032),
    Encoding(
      "V 66' 0F 38 91 W0 /rm", "vpgatherqd", .vectorGather, .Vx, .M, .Hx, feature: .avx2,
      flags: .vectorIndex, operation: 2052),
    Encoding(
      "V 66' 0F 38 91 W1 /rm", "vpgatherqq", .vectorGather, .Vx, .M, .Hx, feature: .avx2,
      flags: .vectorIndex, operation: 2056),
    Encoding(
      "V 66' 0F 38 92 W0 /rm", "vgatherdps", .vectorGather, .Vx, .M, .Hx, feature: .avx2,
      flags: .vectorIndex, operation: 1028),
    Encoding(
      "V 66' 0F 38 92 W1 /rm", "vgatherdpd", .vectorGather, .Vx, .M, .Hx, feature: .avx2,
      flags: .vectorIndex, operation: 1032),
    Encoding(
      "V 66' 0F 38 93 W0 /rm", "vgatherqps", .vectorGather, .Vx, .M, .Hx, feature: .avx2,
      flags: .vectorIndex, operation: 2052),
    Encoding(
      "V 66' 0F 38 93 W1 /rm", "vgatherqpd", .vectorGather, .Vx, .M, .Hx, feature: .avx2,
      flags: .vectorIndex, operation: 2056),
    Encoding(
      "V 66' 0F 38 0E W0 /r", "vtestps", .vectorFlags, .Vx, .Wx, feature: .avx,
      operation: VectorOp.testps.rawValue),
    Encoding(
      "V 66' 0F 38 0F W0 /r", "vtestpd", .vectorFlags, .Vx, .Wx, feature: .avx,
      operation: VectorOp.testpd.rawValue),
    Encoding(
      "V 66' 0F 38 13 W0 /r", "vcvtph2ps", .vectorUnary, .Vx, .Wq, feature: .f16c,
      operation: VectorOp.cvtph2ps.rawValue),
    Encoding(
      "V 66' 0F 3A 1D W0 /r", "vcvtps2ph", .vectorStoreResult, .Wq, .Vx, .Ib, feature: .f16c,
      operation: VectorOp.cvtps2ph.rawValue),
  ]
}
