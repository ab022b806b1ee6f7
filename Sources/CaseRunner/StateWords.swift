internal import CCaseRunner
internal import CTranslator

/// The guest state to and from the array of words that cases are written in (StateWords.h).
extension TransomGuestState {
  package mutating func load(words: UnsafePointer<UInt64>) {
    withUnsafeMutableBytes(of: &gpr) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: words, count: 16 * 8))
    }
    rip = words[Int(transomWordRIP)]
    rflags = words[Int(transomWordFlags)]
    segment.4.base = words[Int(transomWordFSBase)]
    segment.5.base = words[Int(transomWordGSBase)]
    withUnsafeMutableBytes(of: &vector) {
      let from = words + Int(transomWordVector)
      $0.copyMemory(from: UnsafeRawBufferPointer(start: from, count: 64 * 8))
    }
    withUnsafeMutableBytes(of: &x87) { to in
      for n in 0..<16 {
        let word = words[Int(transomWordX87) + n]
        to.storeBytes(of: n & 1 == 0 ? word : word & 0xFFFF, toByteOffset: n * 8, as: UInt64.self)
      }
    }
    x87Control = UInt16(truncatingIfNeeded: words[Int(transomWordX87Control)])
    x87Status = UInt16(truncatingIfNeeded: words[Int(transomWordX87Status)])
    x87Tag = UInt16(truncatingIfNeeded: words[Int(transomWordX87Tag)])
    mxcsr = UInt32(truncatingIfNeeded: words[Int(transomWordMXCSR)])
  }

  package mutating func store(words: UnsafeMutablePointer<UInt64>) {
    withUnsafeBytes(of: &gpr) {
      UnsafeMutableRawPointer(words).copyMemory(from: $0.baseAddress!, byteCount: 16 * 8)
    }
    words[Int(transomWordRIP)] = rip
    words[Int(transomWordFlags)] = rflags
    words[Int(transomWordFSBase)] = segment.4.base
    words[Int(transomWordGSBase)] = segment.5.base
    withUnsafeBytes(of: &vector) {
      let to = UnsafeMutableRawPointer(words + Int(transomWordVector))
      to.copyMemory(from: $0.baseAddress!, byteCount: 64 * 8)
    }
    withUnsafeBytes(of: &x87) { from in
      for n in 0..<16 {
        let value = from.load(fromByteOffset: n * 8, as: UInt64.self)
        words[Int(transomWordX87) + n] = n & 1 == 0 ? value : value & 0xFFFF
      }
    }
    words[Int(transomWordX87Control)] = UInt64(x87Control)
    words[Int(transomWordX87Status)] = UInt64(x87Status)
    words[Int(transomWordX87Tag)] = UInt64(x87Tag)
    words[Int(transomWordMXCSR)] = UInt64(mxcsr)
  }
}

/// Registers a case may set that are no words of the state, by number.
package enum SystemRegister: UInt8, Sendable {
  case cr0, cr2, cr3, cr4, cr8, dr0, dr1, dr2, dr3, dr6, dr7, xcr0
}

extension TransomGuestState {
  package mutating func set(_ register: SystemRegister, _ value: UInt64) {
    switch register {
    case .cr0: cr0 = value
    case .cr2: cr2 = value
    case .cr3: cr3 = value
    case .cr4: cr4 = value
    case .cr8: cr8 = value
    case .dr0: dr.0 = value
    case .dr1: dr.1 = value
    case .dr2: dr.2 = value
    case .dr3: dr.3 = value
    case .dr6: dr.6 = value
    case .dr7: dr.7 = value
    case .xcr0: xcr0 = value
    }
  }
}
