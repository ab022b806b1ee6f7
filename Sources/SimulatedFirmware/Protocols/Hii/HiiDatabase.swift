import CUEFI

/// The HII database's state: package lists by handle, and those who want to hear of changes.
public final class HiiDatabase {
  public struct Entry {
    /// An opaque, guest-visible value; never dereferenced.
    public var handle: UInt64
    /// The handle the list was published for; 0 for none.
    public var driver: UInt64
    public var list: HiiPackageList
  }

  struct Notification {
    var handle: UInt64
    var type: UInt8
    var guid: [UInt8]?
    var function: EFI_HII_DATABASE_NOTIFY
    var kinds: UInt64
  }

  /// EFI_HII_DATABASE_NOTIFY_TYPE (UEFI 2.10, 34.8).
  enum Change {
    static let new: UInt64 = 1
    static let remove: UInt64 = 2
    static let export: UInt64 = 4
    static let add: UInt64 = 8
  }

  public private(set) var entries: [Entry] = []
  var notifications: [Notification] = []
  /// The current layout's GUID, 16 bytes as they lie in memory.
  var keyboardLayout: [UInt8]?
  private var next: UInt64 = 1

  init() {}

  /// A value that was not handed out before.
  func newHandle() -> UInt64 {
    defer { next += 1 }
    // Away from zero and from anything that could be taken for a small number.
    return 0x4849_4900_0000 + next * 8
  }

  func index(of handle: UInt64) -> Int? { entries.firstIndex { $0.handle == handle } }

  func add(_ list: HiiPackageList, driver: UInt64) -> UInt64 {
    let handle = newHandle()
    entries.append(Entry(handle: handle, driver: driver, list: list))
    return handle
  }

  func remove(_ handle: UInt64) { entries.removeAll { $0.handle == handle } }

  func replace(_ handle: UInt64, with list: HiiPackageList) {
    guard let index = index(of: handle) else { return }
    entries[index].list = list
  }

  /// Handles of the lists that hold a package of the type; `guid` narrows GUID packages.
  func handles(type: UInt8, guid: [UInt8]?) -> [UInt64] {
    entries.filter { entry in
      type == HiiPackage.Kind.all
        || entry.list.packages.contains {
          $0.type == type && (type != HiiPackage.Kind.guid || $0.guid == guid)
        }
    }.map(\.handle)
  }

  /// Calls who registered for this package and change. The callbacks are guest code: nothing is held
  /// across them, and a list may be gone afterwards.
  func notify(_ package: HiiPackage, handle: UInt64, change: UInt64) {
    let interested = notifications.filter {
      $0.kinds & change != 0 && ($0.type == package.type || $0.type == HiiPackage.Kind.all)
        && ($0.guid == nil || $0.guid == package.guid)
    }
    guard !interested.isEmpty, let copy = GuestText.pool(package.bytes) else { return }
    let guid = package.guid.flatMap { GuestText.pool($0) }
    for notification in interested {
      _ = notification.function(
        package.type, guid.map { UnsafePointer($0.assumingMemoryBound(to: EFI_GUID.self)) },
        UnsafePointer(copy.assumingMemoryBound(to: EFI_HII_PACKAGE_HEADER.self)),
        UnsafeMutableRawPointer(bitPattern: UInt(handle)), change)
    }
    GuestText.free(copy)
    if let guid { GuestText.free(guid) }
  }

  /// The list whose device path package equals `path`, bytes of a whole device path.
  func entry(devicePath path: [UInt8]) -> Entry? {
    entries.first { entry in
      entry.list.packages.contains { $0.type == HiiPackage.Kind.devicePath && $0.body == path }
    }
  }
}
