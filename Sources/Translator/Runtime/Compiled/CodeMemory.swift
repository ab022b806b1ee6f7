/// Memory for compiled code, given by the host: one stretch seen twice, so that no page is writable
/// and executable through the same mapping, and a stretch of plain data within reach of it.
///
/// The back end addresses data relative to the program counter, so `data` and `executable` lie
/// within 2 GiB of each other. Where the platform has no second view, both are the same address.
public struct CodeMemory {
  /// Where code is written.
  public var writable: UnsafeMutableRawPointer
  /// Where the same bytes are executed.
  public var executable: UInt64
  /// Bytes of code, a multiple of the page size, `CodeMemory.leastSize` at least.
  public var count: Int
  /// Plain memory, zero-filled, 64-byte aligned: the guest's state and the branch table.
  public var data: UnsafeMutableRawPointer
  /// Bytes of data, `CodeMemory.dataSize` at least.
  public var dataCount: Int
  /// Makes written code visible to instruction fetch: executable address and size in bytes.
  public var synchronize: @convention(c) (UInt64, UInt64) -> Void

  public init(
    writable: UnsafeMutableRawPointer, executable: UInt64, count: Int,
    data: UnsafeMutableRawPointer, dataCount: Int,
    synchronize: @escaping @convention(c) (UInt64, UInt64) -> Void
  ) {
    self.writable = writable
    self.executable = executable
    self.count = count
    self.data = data
    self.dataCount = dataCount
    self.synchronize = synchronize
  }

  /// Room for the longest block, its tables included.
  public static var leastSize: Int { 128 << 10 }
  /// The guest's state first, then constants of the back end, the table of indirect branch targets, and
  /// the index of blocks.
  public static var dataSize: Int { indexOffset + indexCount * 4 }
  static let tableOffset = 8192
  /// In front of the table, for constants that compiled code loads.
  static let constantBytes = 512
  static var indexOffset: Int { tableOffset + BranchTable.byteCount }
  /// Twice as many as there can be blocks.
  static let indexCount = 1 << 17
}

/// Takes the permission to write from pages that hold translated code, and gives it back. C
/// functions: they are called from fault handlers too.
public struct PageProtection: Sendable {
  /// The address is that of a 4 KiB page. False: the page cannot be protected.
  public var protect: @convention(c) (UInt64) -> Bool
  public var release: @convention(c) (UInt64) -> Void
  /// How a page can be had a second time, where the host can do that.
  public var alias: PageAliasing?

  public init(
    protect: @escaping @convention(c) (UInt64) -> Bool,
    release: @escaping @convention(c) (UInt64) -> Void, alias: PageAliasing? = nil
  ) {
    self.protect = protect
    self.release = release
    self.alias = alias
  }
}

/// Maps pages of guest memory a second time, so that data beside translated code can be written
/// while the page stays protected at its own address.
public struct PageAliasing: Sendable {
  /// Of a protected 4 KiB page: an address where the same memory is writable, below 2 GiB on x86-64;
  /// 0 if that cannot be done.
  public var map: @convention(c) (UInt64) -> UInt64
  /// Gives such an address back.
  public var unmap: @convention(c) (UInt64) -> Void

  public init(
    map: @escaping @convention(c) (UInt64) -> UInt64,
    unmap: @escaping @convention(c) (UInt64) -> Void
  ) {
    self.map = map
    self.unmap = unmap
  }
}
