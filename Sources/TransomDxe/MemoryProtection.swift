import CTransomDxe
import CUEFI

/// Changing what memory allows: through EFI_MEMORY_ATTRIBUTE_PROTOCOL where the firmware has it,
/// which changes only what it is told to, or else EFI_CPU_ARCH_PROTOCOL, which sets everything.
struct MemoryProtection {
  let cpu: UnsafeMutablePointer<EFI_CPU_ARCH_PROTOCOL>
  let attributes: UnsafeMutablePointer<EFI_MEMORY_ATTRIBUTE_PROTOCOL>?

  init(cpu: UnsafeMutablePointer<EFI_CPU_ARCH_PROTOCOL>, firmware: Firmware) {
    self.cpu = cpu
    attributes = firmware.locate(
      GUIDs.memoryAttribute, as: EFI_MEMORY_ATTRIBUTE_PROTOCOL.self)
  }

  /// `wanted` in terms of `TranslationTables.Attribute`; the memory type is not touched. False
  /// changes nothing.
  func set(_ wanted: UInt64, _ address: UInt64, _ count: UInt64) -> Bool {
    var bits: UInt64 = 0
    if wanted & TranslationTables.Attribute.readOnly != 0 { bits |= EFI_MEMORY_RO }
    if wanted & TranslationTables.Attribute.executeNever != 0 { bits |= EFI_MEMORY_XP }
    guard let attributes else {
      return cpu.pointee.SetMemoryAttributes(cpu, address, count, bits) == EFI_SUCCESS
    }
    let all = EFI_MEMORY_RO | EFI_MEMORY_XP
    if bits != 0,
      attributes.pointee.SetMemoryAttributes(attributes, address, count, bits) != EFI_SUCCESS
    {
      return false
    }
    guard bits != all else { return true }
    return attributes.pointee.ClearMemoryAttributes(attributes, address, count, all & ~bits)
      == EFI_SUCCESS
  }

  /// Makes a page of ours one that any access to faults, or at least any write. The page keeps
  /// its content. False if neither can be had.
  func setGuard(_ address: UInt64) -> Bool {
    if let attributes,
      attributes.pointee.SetMemoryAttributes(attributes, address, 4096, EFI_MEMORY_RP)
        == EFI_SUCCESS
    {
      return true
    }
    let bits = TranslationTables.Attribute.readOnly | TranslationTables.Attribute.executeNever
    return set(bits, address, 4096)
  }

  func clearGuard(_ address: UInt64, restoring previous: UInt64) {
    if let attributes {
      _ = attributes.pointee.ClearMemoryAttributes(attributes, address, 4096, EFI_MEMORY_RP)
    }
    _ = set(previous, address, 4096)
  }
}
