import CUEFI

/// The firmware's services, with Swift types.
struct Firmware {
  let image: EFI_HANDLE
  let table: UnsafeMutablePointer<EFI_SYSTEM_TABLE>
  let boot: UnsafeMutablePointer<EFI_BOOT_SERVICES>
  let runtime: UnsafeMutablePointer<EFI_RUNTIME_SERVICES>

  /// Nil if the tables are not there.
  init?(image: EFI_HANDLE?, table: UnsafeMutablePointer<EFI_SYSTEM_TABLE>?) {
    guard let image, let table, let boot = table.pointee.BootServices,
      let runtime = table.pointee.RuntimeServices
    else { return nil }
    self.image = image
    self.table = table
    self.boot = boot
    self.runtime = runtime
  }

  // MARK: Protocols

  func locate<T>(_ guid: EFI_GUID, as type: T.Type) -> UnsafeMutablePointer<T>? {
    var guid = guid
    var interface: UnsafeMutableRawPointer?
    guard boot.pointee.LocateProtocol(&guid, nil, &interface) == EFI_SUCCESS else { return nil }
    return interface?.assumingMemoryBound(to: T.self)
  }

  func interface<T>(
    on handle: EFI_HANDLE, _ guid: EFI_GUID, as type: T.Type
  ) -> UnsafeMutablePointer<T>? {
    var guid = guid
    var interface: UnsafeMutableRawPointer?
    guard boot.pointee.HandleProtocol(handle, &guid, &interface) == EFI_SUCCESS else { return nil }
    return interface?.assumingMemoryBound(to: T.self)
  }

  /// Whether a handle carries a protocol, whatever its interface.
  func has(_ guid: EFI_GUID, on handle: EFI_HANDLE) -> Bool {
    var guid = guid
    return boot.pointee.OpenProtocol(
      handle, &guid, nil, image, nil, UInt32(EFI_OPEN_PROTOCOL_TEST_PROTOCOL)) == EFI_SUCCESS
  }

  /// Calls `body` for each handle that carries a protocol now.
  func forEachHandle(with guid: EFI_GUID, _ body: (EFI_HANDLE) -> Void) {
    var guid = guid
    var count: UINTN = 0
    var handles: UnsafeMutablePointer<EFI_HANDLE?>?
    guard
      boot.pointee.LocateHandleBuffer(UInt32(ByProtocol), &guid, nil, &count, &handles)
        == EFI_SUCCESS,
      let handles
    else { return }
    for index in 0..<Int(count) {
      if let handle = handles[index] { body(handle) }
    }
    _ = boot.pointee.FreePool(handles)
  }

  /// Calls `body` for every interface on every handle.
  func forEachInterface(_ body: (EFI_HANDLE, EFI_GUID, UnsafeMutableRawPointer?) -> Void) {
    var count: UINTN = 0
    var handles: UnsafeMutablePointer<EFI_HANDLE?>?
    guard
      boot.pointee.LocateHandleBuffer(UInt32(AllHandles), nil, nil, &count, &handles)
        == EFI_SUCCESS,
      let handles
    else { return }
    for index in 0..<Int(count) {
      var guids: UnsafeMutablePointer<UnsafeMutablePointer<EFI_GUID>?>?
      var guidCount: UINTN = 0
      guard let handle = handles[index],
        boot.pointee.ProtocolsPerHandle(handle, &guids, &guidCount) == EFI_SUCCESS, let guids
      else { continue }
      for position in 0..<Int(guidCount) {
        guard var guid = guids[position]?.pointee else { continue }
        var interface: UnsafeMutableRawPointer?
        guard boot.pointee.HandleProtocol(handle, &guid, &interface) == EFI_SUCCESS else {
          continue
        }
        body(handle, guid, interface)
      }
      _ = boot.pointee.FreePool(guids)
    }
    _ = boot.pointee.FreePool(handles)
  }

  func install(
    _ guid: EFI_GUID, _ interface: UnsafeMutableRawPointer?, on handle: EFI_HANDLE
  ) -> EFI_STATUS {
    var guid = guid
    var handle: EFI_HANDLE? = handle
    return boot.pointee.InstallProtocolInterface(
      &handle, &guid, UInt32(EFI_NATIVE_INTERFACE), interface)
  }

  @discardableResult
  func uninstall(
    _ guid: EFI_GUID, _ interface: UnsafeMutableRawPointer?, from handle: EFI_HANDLE
  ) -> EFI_STATUS {
    var guid = guid
    return boot.pointee.UninstallProtocolInterface(handle, &guid, interface)
  }

  /// The driver that has a controller's protocol open BY_DRIVER, if one has.
  func driver(of handle: EFI_HANDLE, for guid: EFI_GUID) -> EFI_HANDLE? {
    var guid = guid
    var count: UINTN = 0
    var entries: UnsafeMutablePointer<EFI_OPEN_PROTOCOL_INFORMATION_ENTRY>?
    guard
      boot.pointee.OpenProtocolInformation(handle, &guid, &entries, &count) == EFI_SUCCESS,
      let entries
    else { return nil }
    var agent: EFI_HANDLE?
    for index in 0..<Int(count)
    where entries[index].Attributes & UInt32(EFI_OPEN_PROTOCOL_BY_DRIVER) != 0 {
      agent = entries[index].AgentHandle
    }
    _ = boot.pointee.FreePool(entries)
    return agent
  }

  /// Calls `body` for each handle that is a child of a controller (UEFI 2.10, 7.3: OpenProtocol,
  /// BY_CHILD_CONTROLLER).
  func forEachChild(of handle: EFI_HANDLE, _ body: (EFI_HANDLE) -> Void) {
    var guids: UnsafeMutablePointer<UnsafeMutablePointer<EFI_GUID>?>?
    var guidCount: UINTN = 0
    guard boot.pointee.ProtocolsPerHandle(handle, &guids, &guidCount) == EFI_SUCCESS, let guids
    else { return }
    var children: [EFI_HANDLE] = []
    for position in 0..<Int(guidCount) {
      var count: UINTN = 0
      var entries: UnsafeMutablePointer<EFI_OPEN_PROTOCOL_INFORMATION_ENTRY>?
      guard
        boot.pointee.OpenProtocolInformation(handle, guids[position], &entries, &count)
          == EFI_SUCCESS, let entries
      else { continue }
      for index in 0..<Int(count)
      where entries[index].Attributes & UInt32(EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER) != 0 {
        if let child = entries[index].ControllerHandle, !children.contains(child) {
          children.append(child)
        }
      }
      _ = boot.pointee.FreePool(entries)
    }
    _ = boot.pointee.FreePool(guids)
    for child in children { body(child) }
  }

  // MARK: Memory

  /// Boot-services data pages: anywhere, or below an address. Nil if there are none.
  func allocatePages(_ count: UInt64, below limit: UInt64? = nil) -> UInt64? {
    var address = limit.map { $0 - 1 } ?? 0
    let kind = UInt32(limit == nil ? AllocateAnyPages : AllocateMaxAddress)
    guard
      boot.pointee.AllocatePages(kind, UInt32(EfiBootServicesData), count, &address)
        == EFI_SUCCESS
    else { return nil }
    return address
  }

  func freePages(_ address: UInt64, _ count: UInt64) {
    _ = boot.pointee.FreePages(address, count)
  }
}

func isError(_ status: EFI_STATUS) -> Bool { status >> 63 != 0 }

/// The address of a C object or function.
func address(of pointer: UnsafeRawPointer?) -> UInt64 { UInt64(UInt(bitPattern: pointer)) }
