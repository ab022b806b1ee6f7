import CTransomDxe
import CUEFI
import Shim
import Translator

/// Memory for compiled code, from the firmware: one allocation of a code type, so that code and the
/// data it addresses lie together; the data's part cannot be executed.
struct CodePages {
  /// Bytes of code.
  static let codeSize: UInt64 = 1 << 20

  let memory: CodeMemory
  private let base: UInt64
  private let pageCount: UInt64

  /// Nil if there is no memory, or none that is writable and executable at once.
  init?(firmware: Firmware, protection: MemoryProtection) {
    let dataSize = (UInt64(CodeMemory.dataSize) + 4095) & ~4095
    pageCount = (dataSize + Self.codeSize) / 4096
    var place: UInt64 = 0
    guard
      firmware.boot.pointee.AllocatePages(
        UInt32(AllocateAnyPages), UInt32(EfiBootServicesCode), pageCount, &place) == EFI_SUCCESS
    else { return nil }
    base = place
    let code = base + dataSize
    let never = TranslationTables.Attribute.executeNever
    guard protection.set(never, base, dataSize),
      Self.isUsable(code) || protection.set(0, code, Self.codeSize) && Self.isUsable(code),
      let data = UnsafeMutableRawPointer(bitPattern: UInt(base)),
      let writable = UnsafeMutableRawPointer(bitPattern: UInt(code))
    else {
      _ = protection.set(0, base, dataSize)
      firmware.freePages(base, pageCount)
      return nil
    }
    data.initializeMemory(as: UInt8.self, repeating: 0, count: Int(dataSize))
    memory = CodeMemory(
      writable: writable, executable: code, count: Int(Self.codeSize), data: data,
      dataCount: Int(dataSize), synchronize: { transomSynchronizeInstructions($0, $1) })
  }

  var size: UInt64 { pageCount * 4096 }

  /// Gives the memory back as it was; no engine uses it any more.
  func free(_ firmware: Firmware, _ protection: MemoryProtection) {
    _ = protection.set(0, base, UInt64(memory.dataCount))
    firmware.freePages(base, pageCount)
  }

  private static func isUsable(_ code: UInt64) -> Bool {
    var address = code
    while address < code + codeSize {
      guard let run = TranslationTables.pageRun(at: address), run.isExecutable,
        run.attributes & TranslationTables.Attribute.readOnly == 0
      else { return false }
      address = run.end
    }
    return true
  }
}

/// Guest pages whose stores are watched: read-only by our doing, and not by the firmware's.
struct WatchedPages {
  static let capacity = 4096
  /// Page number + 1; 0 is free, ~0 was given up.
  private let slots: UnsafeMutablePointer<UInt64>
  private var count = 0

  init() {
    slots = .allocate(capacity: Self.capacity)
    slots.initialize(repeating: 0, count: Self.capacity)
  }

  func deallocate() { slots.deallocate() }

  private func start(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 40) % Self.capacity
  }

  /// False if there is no room.
  mutating func insert(_ page: UInt64) -> Bool {
    guard count < Self.capacity / 2 else { return false }
    let key = page + 1
    var index = start(key)
    while slots[index] != 0, slots[index] != ~0 {
      if slots[index] == key { return true }
      index = (index + 1) % Self.capacity
    }
    slots[index] = key
    count += 1
    return true
  }

  /// Whether the page was among them.
  mutating func remove(_ page: UInt64) -> Bool {
    let key = page + 1
    var index = start(key)
    for _ in 0..<Self.capacity {
      if slots[index] == 0 { return false }
      if slots[index] == key {
        slots[index] = ~0
        count -= 1
        return true
      }
      index = (index + 1) % Self.capacity
    }
    return false
  }
}

extension PageProtection {
  /// Through the driver's host.
  static let firmware = PageProtection(
    protect: { address in Driver.current?.host.watch(address) ?? false },
    release: { address in Driver.current?.host.unwatch(address) })
}

extension FirmwareHost {
  /// Takes the permission to write from a page. True too if the firmware has already done so.
  func watch(_ address: UInt64) -> Bool {
    let readOnly = TranslationTables.Attribute.readOnly
    guard state.pointee.isProtecting, let run = TranslationTables.pageRun(at: address) else {
      return false
    }
    if run.attributes & readOnly != 0 { return true }
    guard state.pointee.watched.insert(address / 4096) else { return false }
    guard protection.set(run.attributes | readOnly, address, 4096) else {
      _ = state.pointee.watched.remove(address / 4096)
      return false
    }
    return true
  }

  func unwatch(_ address: UInt64) {
    guard state.pointee.watched.remove(address / 4096),
      let run = TranslationTables.pageRun(at: address)
    else { return }
    _ = protection.set(
      run.attributes & ~TranslationTables.Attribute.readOnly, address, 4096)
  }
}
