extension EncodingTable {
  /// FMA. The digits say which operands are multiplied and which is added: 1 the destination, 2
  /// VEX.vvvv, 3 the register or memory operand.
  static let fused: [Encoding] = [
    Encoding(
      "V 66' 0F 38 96 W0 /r", "vfmaddsub132ps", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddsubps.rawValue),
    Encoding(
      "V 66' 0F 38 96 W1 /r", "vfmaddsub132pd", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddsubpd.rawValue),
    Encoding(
      "V 66' 0F 38 97 W0 /r", "vfmsubadd132ps", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubaddps.rawValue),
    Encoding(
      "V 66' 0F 38 97 W1 /r", "vfmsubadd132pd", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubaddpd.rawValue),
    Encoding(
      "V 66' 0F 38 98 W0 /r", "vfmadd132ps", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddps.rawValue),
    Encoding(
      "V 66' 0F 38 98 W1 /r", "vfmadd132pd", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddpd.rawValue),
    Encoding(
      "V 66' 0F 38 99 W0 /r", "vfmadd132ss", .fused132, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fmaddss.rawValue),
    Encoding(
      "V 66' 0F 38 99 W1 /r", "vfmadd132sd", .fused132, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fmaddsd.rawValue),
    Encoding(
      "V 66' 0F 38 9A W0 /r", "vfmsub132ps", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubps.rawValue),
    Encoding(
      "V 66' 0F 38 9A W1 /r", "vfmsub132pd", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubpd.rawValue),
    Encoding(
      "V 66' 0F 38 9B W0 /r", "vfmsub132ss", .fused132, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fmsubss.rawValue),
    Encoding(
      "V 66' 0F 38 9B W1 /r", "vfmsub132sd", .fused132, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fmsubsd.rawValue),
    Encoding(
      "V 66' 0F 38 9C W0 /r", "vfnmadd132ps", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmaddps.rawValue),
    Encoding(
      "V 66' 0F 38 9C W1 /r", "vfnmadd132pd", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmaddpd.rawValue),
    Encoding(
      "V 66' 0F 38 9D W0 /r", "vfnmadd132ss", .fused132, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fnmaddss.rawValue),
    Encoding(
      "V 66' 0F 38 9D W1 /r", "vfnmadd132sd", .fused132, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fnmaddsd.rawValue),
    Encoding(
      "V 66' 0F 38 9E W0 /r", "vfnmsub132ps", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmsubps.rawValue),
    Encoding(
      "V 66' 0F 38 9E W1 /r", "vfnmsub132pd", .fused132, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmsubpd.rawValue),
    Encoding(
      "V 66' 0F 38 9F W0 /r", "vfnmsub132ss", .fused132, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fnmsubss.rawValue),
    Encoding(
      "V 66' 0F 38 9F W1 /r", "vfnmsub132sd", .fused132, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fnmsubsd.rawValue),
    Encoding(
      "V 66' 0F 38 A6 W0 /r", "vfmaddsub213ps", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddsubps.rawValue),
    Encoding(
      "V 66' 0F 38 A6 W1 /r", "vfmaddsub213pd", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddsubpd.rawValue),
    Encoding(
      "V 66' 0F 38 A7 W0 /r", "vfmsubadd213ps", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubaddps.rawValue),
    Encoding(
      "V 66' 0F 38 A7 W1 /r", "vfmsubadd213pd", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubaddpd.rawValue),
    Encoding(
      "V 66' 0F 38 A8 W0 /r", "vfmadd213ps", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddps.rawValue),
    Encoding(
      "V 66' 0F 38 A8 W1 /r", "vfmadd213pd", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddpd.rawValue),
    Encoding(
      "V 66' 0F 38 A9 W0 /r", "vfmadd213ss", .fused213, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fmaddss.rawValue),
    Encoding(
      "V 66' 0F 38 A9 W1 /r", "vfmadd213sd", .fused213, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fmaddsd.rawValue),
    Encoding(
      "V 66' 0F 38 AA W0 /r", "vfmsub213ps", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubps.rawValue),
    Encoding(
      "V 66' 0F 38 AA W1 /r", "vfmsub213pd", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubpd.rawValue),
    Encoding(
      "V 66' 0F 38 AB W0 /r", "vfmsub213ss", .fused213, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fmsubss.rawValue),
    Encoding(
      "V 66' 0F 38 AB W1 /r", "vfmsub213sd", .fused213, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fmsubsd.rawValue),
    Encoding(
      "V 66' 0F 38 AC W0 /r", "vfnmadd213ps", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmaddps.rawValue),
    Encoding(
      "V 66' 0F 38 AC W1 /r", "vfnmadd213pd", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmaddpd.rawValue),
    Encoding(
      "V 66' 0F 38 AD W0 /r", "vfnmadd213ss", .fused213, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fnmaddss.rawValue),
    Encoding(
      "V 66' 0F 38 AD W1 /r", "vfnmadd213sd", .fused213, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fnmaddsd.rawValue),
    Encoding(
      "V 66' 0F 38 AE W0 /r", "vfnmsub213ps", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmsubps.rawValue),
    Encoding(
      "V 66' 0F 38 AE W1 /r", "vfnmsub213pd", .fused213, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmsubpd.rawValue),
    Encoding(
      "V 66' 0F 38 AF W0 /r", "vfnmsub213ss", .fused213, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fnmsubss.rawValue),
    Encoding(
      "V 66' 0F 38 AF W1 /r", "vfnmsub213sd", .fused213, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fnmsubsd.rawValue),
    Encoding(
      "V 66' 0F 38 B6 W0 /r", "vfmaddsub231ps", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddsubps.rawValue),
    Encoding(
      "V 66' 0F 38 B6 W1 /r", "vfmaddsub231pd", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddsubpd.rawValue),
    Encoding(
      "V 66' 0F 38 B7 W0 /r", "vfmsubadd231ps", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubaddps.rawValue),
    Encoding(
      "V 66' 0F 38 B7 W1 /r", "vfmsubadd231pd", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubaddpd.rawValue),
    Encoding(
      "V 66' 0F 38 B8 W0 /r", "vfmadd231ps", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddps.rawValue),
    Encoding(
      "V 66' 0F 38 B8 W1 /r", "vfmadd231pd", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmaddpd.rawValue),
    Encoding(
      "V 66' 0F 38 B9 W0 /r", "vfmadd231ss", .fused231, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fmaddss.rawValue),
    Encoding(
      "V 66' 0F 38 B9 W1 /r", "vfmadd231sd", .fused231, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fmaddsd.rawValue),
    Encoding(
      "V 66' 0F 38 BA W0 /r", "vfmsub231ps", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubps.rawValue),
    Encoding(
      "V 66' 0F 38 BA W1 /r", "vfmsub231pd", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fmsubpd.rawValue),
    Encoding(
      "V 66' 0F 38 BB W0 /r", "vfmsub231ss", .fused231, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fmsubss.rawValue),
    Encoding(
      "V 66' 0F 38 BB W1 /r", "vfmsub231sd", .fused231, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fmsubsd.rawValue),
    Encoding(
      "V 66' 0F 38 BC W0 /r", "vfnmadd231ps", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmaddps.rawValue),
    Encoding(
      "V 66' 0F 38 BC W1 /r", "vfnmadd231pd", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmaddpd.rawValue),
    Encoding(
      "V 66' 0F 38 BD W0 /r", "vfnmadd231ss", .fused231, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fnmaddss.rawValue),
    Encoding(
      "V 66' 0F 38 BD W1 /r", "vfnmadd231sd", .fused231, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fnmaddsd.rawValue),
    Encoding(
      "V 66' 0F 38 BE W0 /r", "vfnmsub231ps", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmsubps.rawValue),
    Encoding(
      "V 66' 0F 38 BE W1 /r", "vfnmsub231pd", .fused231, .Vx, .Hx, .Wx, feature: .fma,
      operation: VectorOp.fnmsubpd.rawValue),
    Encoding(
      "V 66' 0F 38 BF W0 /r", "vfnmsub231ss", .fused231, .Vx, .Hx, .Wd, feature: .fma,
      operation: VectorOp.fnmsubss.rawValue),
    Encoding(
      "V 66' 0F 38 BF W1 /r", "vfnmsub231sd", .fused231, .Vx, .Hx, .Wq, feature: .fma,
      operation: VectorOp.fnmsubsd.rawValue),
  ]
}
