/// Where a guest vector register is: in its host register, or, within a run, in a shadow register,
/// or its low part in one and the rest in another.
struct A64VectorPlace {
  var whole: UInt8 = 0
  /// Holds the low `lowBytes` bytes, if that is not 0.
  var low: UInt8 = 0
  var lowBytes: UInt8 = 0
  /// Above so many bytes it is zero: 4, 8 or, for all that is known, 16.
  var significant: UInt8 = 16

  init(in register: UInt8, significant: UInt8 = 16) {
    whole = register
    self.significant = significant
  }

  func uses(_ register: UInt8) -> Bool {
    whole == register || lowBytes != 0 && low == register
  }
}

/// A vector conversion to a general register, taken apart.
struct A64Conversion {
  let precision: A64Assembler.Precision
  let is64: Bool
  let truncates: Bool

  init(_ o: Operation) {
    let code = A64VectorCoverage.code(o)
    switch code {
    case .cvttsd2si?, .cvttsd2siq?, .cvtsd2si?, .cvtsd2siq?: precision = .double
    default: precision = .single
    }
    switch code {
    case .cvttsd2siq?, .cvttss2siq?, .cvtsd2siq?, .cvtss2siq?: is64 = true
    default: is64 = false
    }
    switch code {
    case .cvttsd2si?, .cvttsd2siq?, .cvttss2si?, .cvttss2siq?: truncates = true
    default: truncates = false
    }
  }
}

extension A64Emitter {
  /// Nothing is known of vector registers.
  mutating func forgetVectors() {
    for v in 0..<16 as Range<UInt8> { plan.places[Int(v)] = A64VectorPlace(in: v) }
    keptConstants = 0
  }

  /// Shadow registers as a set; IR temporaries and scratch registers are others.
  private static var shadows: UInt32 { 0xC0FC_0000 }

  private var usedShadows: UInt32 {
    var used: UInt32 = 0
    for v in 0..<16 {
      let place = plan.places[v]
      used |= 1 << UInt32(place.whole)
      if place.lowBytes != 0 { used |= 1 << UInt32(place.low) }
    }
    return used
  }

  var freeShadowCount: Int { (Self.shadows & ~usedShadows).nonzeroBitCount }

  private func newShadow() -> UInt8 {
    UInt8(truncatingIfNeeded: (Self.shadows & ~usedShadows).trailingZeroBitCount)
  }

  // MARK: Reading

  /// The register with the low bytes of an operand.
  private mutating func low(_ value: Value, _ bytes: UInt8) -> A64Vector {
    guard value.raw < 16 else { return A64Map.vector(value) }
    let place = plan.places[Int(value.raw)]
    if place.lowBytes == 0 { return A64Vector(UInt32(place.whole)) }
    if place.lowBytes >= bytes { return A64Vector(UInt32(place.low)) }
    return whole(value)
  }

  /// The register with all of an operand, which is put together if need be.
  private mutating func whole(_ value: Value) -> A64Vector {
    guard value.raw < 16 else { return A64Map.vector(value) }
    let place = plan.places[Int(value.raw)]
    if place.lowBytes == 0 { return A64Vector(UInt32(place.whole)) }
    let to = newShadow()
    let register = A64Vector(UInt32(to))
    a.vectorMove(register, A64Vector(UInt32(place.whole)))
    a.insertLane(register, 0, A64Vector(UInt32(place.low)), 0, bytes: UInt32(place.lowBytes))
    plan.places[Int(value.raw)] = A64VectorPlace(in: to, significant: place.significant)
    return register
  }

  // MARK: Writing in a run

  /// Writes one operation of a run; what it changes of vector registers goes to shadows.
  mutating func writeShadowed() {
    let o = op.pointee
    switch o.opcode {
    case .vector: shadowOperation(o)
    case .vectorMove: shadowMove(o)
    case .vectorLoad:
      guard o.destination.raw < 16 else { return loadVector(o, A64Map.vector(o.destination)) }
      let to = newShadow()
      loadVector(o, A64Vector(UInt32(to)))
      plan.places[Int(o.destination.raw)] = A64VectorPlace(in: to, significant: o.selector)
    case .vectorFromGeneral: shadowFromGeneral(o)
    case .vectorToGeneral:
      let conversion = A64Conversion(o)
      let from = low(o.left, conversion.precision == .double ? 8 : 4)
      a.signedFromFloat(
        A64Map.other, from, conversion.precision, is64: conversion.is64,
        truncates: conversion.truncates)
    case .vectorFlags: shadowCompare(o)
    default: writeOperation()
    }
  }

  private mutating func shadowCompare(_ o: Operation) {
    guard let (precision, isSignaling) = A64VectorTable.comparison(A64VectorCoverage.code(o)) else {
      return
    }
    let bytes: UInt8 = precision == .double ? 8 : 4
    let right = right(o, bytes)
    a.floatCompare(low(o.left, bytes), right, precision, signaling: isSignaling)
  }

  /// The right operand's low bytes; from memory they come into a scratch register.
  private mutating func right(_ o: Operation, _ bytes: UInt8) -> A64Vector {
    o.attributes.contains(.memoryRight) ? vectorRight(o) : low(o.right, bytes)
  }

  private mutating func shadowMove(_ o: Operation) {
    let d = Int(o.destination.raw)
    switch VectorMove(rawValue: o.selector) ?? .whole {
    case .whole where o.left.raw < 16: plan.places[d] = plan.places[Int(o.left.raw)]
    case .mergeLow8:
      join(d, 8)
      mergeLow(d, low(o.right, 8), 8)
    case .mergeLow4:
      join(d, 4)
      mergeLow(d, low(o.right, 4), 4)
    default:
      var copy = o
      copy.left = Value(raw: UInt8(truncatingIfNeeded: whole(o.left).number))
      if o.right != .none {
        copy.right = Value(raw: UInt8(truncatingIfNeeded: whole(o.right).number))
      }
      let to = newShadow()
      copy.destination = Value(raw: to)
      moveVector(copy)
      plan.places[d] = A64VectorPlace(
        in: to, significant: VectorMove(rawValue: o.selector) == .low8 ? 8 : 16)
    }
  }

  /// Before a result replaces the low bytes of a guest register: its rest must not be in parts.
  private mutating func join(_ d: Int, _ bytes: UInt8) {
    if plan.places[d].lowBytes > bytes { _ = whole(Value(raw: UInt8(truncatingIfNeeded: d))) }
  }

  /// The low bytes of a guest register are now those of a host register.
  private mutating func mergeLow(_ d: Int, _ from: A64Vector, _ bytes: UInt8) {
    join(d, bytes)
    plan.places[d].low = UInt8(truncatingIfNeeded: from.number)
    plan.places[d].lowBytes = bytes
    plan.places[d].significant = max(plan.places[d].significant, bytes)
  }

  /// A scalar result stands in `to`. `isClean`: what lies above its bytes is zero.
  private mutating func setLow(_ d: Int, _ to: UInt8, _ bytes: UInt8, isClean: Bool = true) {
    if isClean && plan.places[d].significant <= bytes {
      plan.places[d] = A64VectorPlace(in: to, significant: bytes)
    } else {
      mergeLow(d, A64Vector(UInt32(to)), bytes)
    }
  }

  private mutating func shadowFromGeneral(_ o: Operation) {
    let d = Int(o.destination.raw)
    if VectorFromGeneral(rawValue: o.selector) == .operation {
      let (precision, is64) = floatFromInteger(o)
      let from = register(o.right)
      join(d, precision == .double ? 8 : 4)
      let to = newShadow()
      a.floatFromSigned(A64Vector(UInt32(to)), from, precision, is64: is64)
      return setLow(d, to, precision == .double ? 8 : 4)
    }
    var copy = o
    if VectorFromGeneral(rawValue: o.selector) == .lane {
      copy.left = Value(raw: UInt8(truncatingIfNeeded: whole(o.left).number))
    }
    let to = newShadow()
    copy.destination = Value(raw: to)
    fromGeneral(copy)
    plan.places[d] = A64VectorPlace(
      in: to, significant: VectorFromGeneral(rawValue: o.selector) == .low ? 8 : 16)
  }

  private mutating func shadowOperation(_ o: Operation) {
    guard let code = A64VectorCoverage.code(o) else { return }
    let d = Int(o.destination.raw)
    if let float = A64VectorTable.float(code), !float.isPacked {
      let bytes: UInt8 = float.precision == .double ? 8 : 4
      join(d, bytes)
      let right = right(o, bytes)
      let left = o.left == .none ? right : low(o.left, bytes)
      let to = newShadow()
      floatScalar(o, float.kind, float.precision, A64Vector(UInt32(to)), left, right)
      let isClean = float.kind != .minimum && float.kind != .maximum
      return setLow(d, to, bytes, isClean: isClean)
    }
    if code == .cvtsd2ss || code == .cvtss2sd {
      join(d, code == .cvtsd2ss ? 4 : 8)
      let right = right(o, code == .cvtsd2ss ? 8 : 4)
      let to = newShadow()
      a.floatConvert(A64Vector(UInt32(to)), right, from: code == .cvtsd2ss ? .double : .single)
      return setLow(d, to, code == .cvtsd2ss ? 4 : 8)
    }
    var copy = o
    if o.left != .none { copy.left = Value(raw: UInt8(truncatingIfNeeded: whole(o.left).number)) }
    if !o.attributes.contains(.memoryRight) && o.right != .none {
      copy.right = Value(raw: UInt8(truncatingIfNeeded: whole(o.right).number))
    }
    let to = newShadow()
    copy.destination = Value(raw: to)
    vectorOperation(copy)
    plan.places[d] = A64VectorPlace(in: to, significant: isZeroing(o) ? 4 : 16)
  }

  // MARK: Commitment

  /// Brings every guest register into its host register.
  mutating func commitPlaces() {
    var scratch = A64Map.vectorScratch.number
    while true {
      var waiting: Int?
      var isDone = true
      for v in 0..<16 where !isHome(v) {
        if isWanted(UInt8(truncatingIfNeeded: v), besides: v) {
          waiting = v
          continue
        }
        bringHome(v)
        isDone = false
      }
      guard isDone else { continue }
      guard let v = waiting else { return }
      // They wait for each other: one goes out of the way.
      a.vectorMove(A64Vector(scratch), A64Vector(UInt32(v)))
      for other in 0..<16 where other != v {
        if plan.places[other].whole == v { plan.places[other].whole = UInt8(scratch) }
        if plan.places[other].low == v { plan.places[other].low = UInt8(scratch) }
      }
      scratch += 1
    }
  }

  private func isHome(_ v: Int) -> Bool {
    plan.places[v].whole == v && plan.places[v].lowBytes == 0
  }

  private func isWanted(_ register: UInt8, besides v: Int) -> Bool {
    for other in 0..<16 where other != v && plan.places[other].uses(register) { return true }
    return false
  }

  private mutating func bringHome(_ v: Int) {
    let place = plan.places[v]
    let to = A64Vector(UInt32(v))
    if place.lowBytes != 0 && place.low == v && place.whole != v {
      // Its own register has the low part: that is set aside first.
      keptConstants &= ~1
      a.vectorMove(A64Vector(27), to)
      a.vectorMove(to, A64Vector(UInt32(place.whole)))
      a.insertLane(to, 0, A64Vector(27), 0, bytes: UInt32(place.lowBytes))
    } else {
      if place.whole != v { a.vectorMove(to, A64Vector(UInt32(place.whole))) }
      if place.lowBytes != 0 {
        a.insertLane(to, 0, A64Vector(UInt32(place.low)), 0, bytes: UInt32(place.lowBytes))
      }
    }
    plan.places[v] = A64VectorPlace(
      in: UInt8(truncatingIfNeeded: v), significant: place.significant)
  }
}
