import CSimulatedFirmware
import Glibc

/// The firmware's code as guests see it: one small stub per service, at an address that repeats
/// from run to run, jumping to a Swift or C function wherever the process has it.
///
/// The region is one memory object mapped twice: executable where the guest sees it, writable
/// elsewhere, so no page is ever both.
public final class FirmwareCode {
  /// Bytes per stub: a jump and the address it loads.
  public static let slotSize: UInt64 = 16

  /// Guest-visible addresses of the stubs.
  public let range: Range<UInt64>
  private let alias: UnsafeMutableRawPointer
  private var names: [String] = []
  private var slots: [Key: Int] = [:]

  private struct Key: Hashable {
    var name: String
    var target: UInt64
  }

  init(base: UInt64, size: UInt64) throws(FirmwareError) {
    let descriptor = firmware_memory_object("firmware-code", size)
    guard descriptor >= 0 else { throw .host(errno: errno) }
    defer { close(descriptor) }
    let seen = mmap(
      UnsafeMutableRawPointer(bitPattern: UInt(base)), Int(size), PROT_READ | PROT_EXEC,
      MAP_SHARED | MAP_FIXED, descriptor, 0)
    guard seen != MAP_FAILED else { throw .host(errno: errno) }
    let writable = mmap(nil, Int(size), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let writable, writable != MAP_FAILED else { throw .host(errno: errno) }
    alias = writable
    range = base..<(base + size)
  }

  func unmap() {
    munmap(alias, Int(range.upperBound - range.lowerBound))
    munmap(
      UnsafeMutableRawPointer(bitPattern: UInt(range.lowerBound)),
      Int(range.upperBound - range.lowerBound))
  }

  /// Number of stubs in use; the next gets this slot index.
  public var count: Int { names.count }

  /// The slot a stub's address belongs to.
  public func slot(of address: UInt64) -> Int? {
    guard range.contains(address) else { return nil }
    let slot = Int((address - range.lowerBound) / Self.slotSize)
    return slot < names.count ? slot : nil
  }

  /// The service's name behind a stub's address, such as `gBS->AllocatePool`.
  public func name(of address: UInt64) -> String? { slot(of: address).map { names[$0] } }

  /// The service's name in a slot.
  public func name(ofSlot slot: Int) -> String { names[slot] }

  /// The host function behind a slot.
  public func target(ofSlot slot: Int) -> UInt64 {
    alias.load(fromByteOffset: slot * Int(Self.slotSize) + 8, as: UInt64.self)
  }

  /// The stub's address of a named service, if it was published.
  public func address(named name: String) -> UInt64? {
    names.firstIndex(of: name).map { range.lowerBound + UInt64($0) * Self.slotSize }
  }

  /// Gives a host function a stub and returns the stub's address. The same name and function
  /// get the same stub, so instances of a protocol share theirs.
  func publish(name: String, target: UInt64) -> UInt64 {
    let key = Key(name: name, target: target)
    if let slot = slots[key] { return range.lowerBound + UInt64(slot) * Self.slotSize }
    let slot = names.count
    let offset = slot * Int(Self.slotSize)
    precondition(
      UInt64(offset) + Self.slotSize <= range.upperBound - range.lowerBound,
      "the firmware code region is too small for its services")
    #if arch(x86_64)
      // jmp *2(%rip); two bytes of padding; the target.
      alias.storeBytes(of: 0x0000_0002_25FF, toByteOffset: offset, as: UInt64.self)
    #elseif arch(arm64)
      // ldr x16, #8; br x16; the target.
      alias.storeBytes(of: 0xD61F_0200_5800_0050, toByteOffset: offset, as: UInt64.self)
    #else
      #error("no service stub for this host")
    #endif
    alias.storeBytes(of: target, toByteOffset: offset + 8, as: UInt64.self)
    let address = range.lowerBound + UInt64(slot) * Self.slotSize
    firmware_synchronise_code(
      UnsafeMutableRawPointer(bitPattern: UInt(address)), Self.slotSize)
    names.append(name)
    slots[key] = slot
    return address
  }
}
