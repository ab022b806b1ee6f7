import CTransomDxe
import CUEFI
import Shim

/// Makes page zero inaccessible, so that a guest's NULL pointer is noticed. On many machines
/// something is mapped there, flash for instance, where a write does harm.
///
/// With EFI_MEMORY_ATTRIBUTE_PROTOCOL the page is read-protected. Without it the firmware has no
/// service for that, and the page's own translation is made invalid here. If native code ever
/// touches the page, the guard goes at once and for good.
struct LowPageGuard {
  private var entry: UnsafeMutablePointer<UInt64>?
  private var value: UInt64 = 0
  private var isProtected = false
  private var previous: UInt64 = 0
  let protection: MemoryProtection

  init(protection: MemoryProtection) { self.protection = protection }

  mutating func install() {
    guard let leaf = TranslationTables.leaf(at: 0) else { return }
    previous = TranslationTables.attributes(of: leaf.value, inherited: leaf.inherited)
    if let attributes = protection.attributes {
      isProtected =
        attributes.pointee.SetMemoryAttributes(attributes, 0, 4096, EFI_MEMORY_RP) == EFI_SUCCESS
      return
    }
    // A page with attributes of its own gets an entry of its own.
    let other = previous ^ TranslationTables.Attribute.readOnly
    guard protection.set(other, 0, 4096), protection.set(previous, 0, 4096),
      let page = TranslationTables.leaf(at: 0), page.size == 4096,
      let table = TranslationTables.pageRun(at: address(of: page.entry)),
      table.attributes & TranslationTables.Attribute.readOnly == 0
    else { return }
    entry = page.entry
    value = page.value
    page.entry.pointee = page.value & ~1
    transomInvalidateTranslation(0)
  }

  /// True if there was a guard. Called in the exception handler too.
  mutating func remove() -> Bool {
    if isProtected, let attributes = protection.attributes {
      isProtected = false
      _ = attributes.pointee.ClearMemoryAttributes(attributes, 0, 4096, EFI_MEMORY_RP)
      return true
    }
    guard let entry else { return false }
    self.entry = nil
    // Unless the firmware has mapped it anew meanwhile.
    if entry.pointee & 1 == 0 { entry.pointee = value }
    transomInvalidateTranslation(0)
    return true
  }
}
