import CUEFI

extension ImageService {
  /// Reads an image through LoadFile2 or LoadFile (UEFI 2.10, 7.4.1) into pool memory.
  ///
  /// There are no file systems on this machine: a path that needs one is `unsupported`, counted.
  func read(
    _ path: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>, bootPolicy: Bool
  ) throws(FirmwareError) -> (buffer: UInt64, size: UInt64) {
    for guid in bootPolicy ? [EFI_GUID.loadFile] : [.loadFile2, .loadFile] {
      guard let found = try? firmware.protocols.locateDevicePath(guid, path: path),
        let address = firmware.protocols.interface(guid, on: found.handle)
      else { continue }
      let source = address.assumingMemoryBound(to: EFI_LOAD_FILE_PROTOCOL.self)
      guard let loadFile = source.pointee.LoadFile else { continue }
      let policy: BOOLEAN = bootPolicy ? 1 : 0
      // The size lives in guest-visible memory: the callee may be guest code.
      let size = try firmware.allocate(UInt64.self)
      var status = loadFile(source, found.rest, policy, size, nil)
      var buffer: UInt64 = 0
      if status == EFI_BUFFER_TOO_SMALL {
        buffer = try firmware.pool.allocate(EfiBootServicesData, size: size.pointee)
        status = loadFile(
          source, found.rest, policy, size, UnsafeMutableRawPointer(bitPattern: UInt(buffer)))
      }
      let length = min(size.pointee, firmware.pool.size(of: buffer) ?? 0)
      try firmware.freePool(size)
      if !isError(status), buffer != 0 { return (buffer, length) }
      if buffer != 0 { try firmware.pool.release(buffer) }
      throw isError(status) ? .status(status) : .loadError
    }
    if (try? firmware.protocols.locateDevicePath(.simpleFileSystem, path: path)) != nil {
      firmware.ledger.noteUnsupported("LoadImage from a file system", by: firmware.asker)
      throw .unsupported
    }
    throw .notFound
  }
}
