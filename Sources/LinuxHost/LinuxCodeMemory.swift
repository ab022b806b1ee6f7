import CLinuxHost
public import Translator

public enum CodeMemoryError: Error, Equatable {
  /// The kernel refused, with this errno.
  case refused(errno: Int32)
}

extension CodeMemory {
  /// Code memory on Linux. Lives as long as the process unless `unmapOnLinux` is called.
  ///
  /// `size` in bytes of code, a multiple of 4096; touched as it is used.
  public static func mapOnLinux(size: Int = 16 << 20) throws(CodeMemoryError) -> CodeMemory {
    var data: UnsafeMutableRawPointer?
    var writable: UnsafeMutableRawPointer?
    var executable: UInt64 = 0
    let dataCount = (dataSize + 4095) & ~4095
    let error = transomMapCode(UInt64(size), UInt64(dataCount), &data, &executable, &writable)
    guard error == 0, let data, let writable else { throw .refused(errno: error) }
    return CodeMemory(
      writable: writable, executable: executable, count: size, data: data,
      dataCount: dataCount, synchronize: { _, _ in })
  }

  /// Gives the memory back; no engine uses it any more.
  public func unmapOnLinux() {
    transomUnmapCode(data, UInt64(dataCount), writable, UInt64(count))
  }
}

extension PageProtection {
  /// Guest memory on Linux is readable and writable where it holds code.
  public static let linux = PageProtection(
    protect: { transomProtectPage($0) != 0 }, release: { transomReleasePage($0) },
    alias: PageAliasing(map: { transomAliasPage($0) }, unmap: { transomUnmapAlias($0) }))
}

extension EngineConfiguration {
  /// Chooses the back end that compiles for this host.
  ///
  /// `codeSize` in bytes, `CodeMemory.leastSize` at least: what bounds the code cache.
  public mutating func compileOnLinux(codeSize: Int = 32 << 20) throws(CodeMemoryError) {
    backend = .compiled
    codeMemory = try CodeMemory.mapOnLinux(size: max(codeSize, CodeMemory.leastSize))
    protection = .linux
  }
}
