import CUEFI

/// The handle and protocol database (UEFI 2.10, 7.3).
///
/// Handles are addresses of small pool blocks, so they repeat from run to run. Records are host
/// memory; a guest can only name them, never reach them.
public final class ProtocolDatabase {
  /// One agent's use of an interface.
  struct Opening {
    var agent: UInt64
    var controller: UInt64
    var attributes: UInt32
    var count: UInt32
  }

  /// One protocol interface on one handle.
  final class Interface {
    let guid: EFI_GUID
    var address: UInt64
    /// Order of installation over the whole machine.
    var sequence: UInt64
    var openings: [Opening] = []

    init(guid: EFI_GUID, address: UInt64, sequence: UInt64) {
      self.guid = guid
      self.address = address
      self.sequence = sequence
    }
  }

  final class Record {
    let handle: UInt64
    var interfaces: [Interface] = []

    init(handle: UInt64) { self.handle = handle }

    func find(_ guid: EFI_GUID) -> Interface? { interfaces.first { $0.guid == guid } }
  }

  /// RegisterProtocolNotify: an event, and how far its owner has read.
  final class Registration {
    let key: UInt64
    let guid: EFI_GUID
    let event: UInt64
    var position: UInt64

    init(key: UInt64, guid: EFI_GUID, event: UInt64, position: UInt64) {
      self.key = key
      self.guid = guid
      self.event = event
      self.position = position
    }
  }

  unowned(unsafe) let firmware: Firmware
  var records: [UInt64: Record] = [:]
  /// Handles in the order they were made.
  var order: [UInt64] = []
  var registrations: [Registration] = []
  var sequence: UInt64 = 0
  /// Counts changes of the handles, so that a connect can tell whether drivers came or went.
  private(set) var generation: UInt64 = 0

  init(firmware: Firmware) { self.firmware = firmware }

  func drop() {
    records = [:]
    order = []
    registrations = []
  }

  func record(_ handle: EFI_HANDLE?) throws(FirmwareError) -> Record {
    guard let record = records[UInt64(handle)] else { throw .invalidParameter }
    return record
  }

  /// Whether a handle is alive.
  public func isValid(_ handle: EFI_HANDLE?) -> Bool { records[UInt64(handle)] != nil }

  /// All handles in the order they were made.
  public var handles: [EFI_HANDLE] { order.compactMap { EFI_HANDLE($0) } }

  /// GUIDs of the protocols on a handle, in the order they were installed.
  public func protocols(on handle: EFI_HANDLE) -> [EFI_GUID] {
    records[UInt64(handle)]?.interfaces.map(\.guid) ?? []
  }

  /// The interface of a protocol on a handle, without opening it; nil when it is not there.
  public func interface(_ guid: EFI_GUID, on handle: EFI_HANDLE?) -> UnsafeMutableRawPointer? {
    guard let found = records[UInt64(handle)]?.find(guid) else { return nil }
    return UnsafeMutableRawPointer(found.address)
  }

  /// Whether a handle has a protocol; an interface may be null.
  public func has(_ guid: EFI_GUID, on handle: EFI_HANDLE?) -> Bool {
    records[UInt64(handle)]?.find(guid) != nil
  }

  /// InstallProtocolInterface (7.3.2). Makes a handle when given none. May run notifications.
  @discardableResult
  public func install(
    _ guid: EFI_GUID, _ interface: UnsafeMutableRawPointer?, on handle: EFI_HANDLE? = nil
  ) throws(FirmwareError) -> EFI_HANDLE {
    let result = try add(guid, interface, on: handle)
    firmware.tpl.dispatch()
    return result
  }

  /// The same without running the notifications it signals.
  func add(
    _ guid: EFI_GUID, _ interface: UnsafeMutableRawPointer?, on handle: EFI_HANDLE?
  ) throws(FirmwareError) -> EFI_HANDLE {
    let record: Record
    if let handle {
      record = try self.record(handle)
      guard record.find(guid) == nil else { throw .invalidParameter }
    } else {
      let address = try firmware.pool.allocate(EfiBootServicesData, size: 16)
      UnsafeMutablePointer<UInt64>(bitPattern: UInt(address))!.pointee = 0x656c_646e_6168
      record = Record(handle: address)
      records[address] = record
      order.append(address)
    }
    sequence += 1
    record.interfaces.append(
      Interface(guid: guid, address: UInt64(interface), sequence: sequence))
    generation += 1
    signalRegistrations(of: guid)
    return EFI_HANDLE(record.handle)!
  }

  func signalRegistrations(of guid: EFI_GUID) {
    for registration in registrations where registration.guid == guid {
      firmware.events.signal(registration.event)
    }
  }

  /// Takes an interface out of the database; the last one takes its handle along.
  func remove(_ guid: EFI_GUID, from handle: UInt64) {
    guard let record = records[handle] else { return }
    record.interfaces.removeAll { $0.guid == guid }
    generation += 1
    if record.interfaces.isEmpty {
      records[handle] = nil
      order.removeAll { $0 == handle }
      try? firmware.pool.release(handle)
    }
  }

  /// RegisterProtocolNotify (7.3.5). The key serves LocateHandle and LocateProtocol.
  public func registerNotify(_ guid: EFI_GUID, event: EFI_EVENT) throws(FirmwareError)
    -> UnsafeMutableRawPointer
  {
    guard firmware.events.isValid(event) else { throw .invalidParameter }
    let key = try firmware.pool.allocate(EfiBootServicesData, size: 16)
    // Everything installed before counts as new to it: the first reads start at the beginning.
    registrations.append(
      Registration(key: key, guid: guid, event: UInt64(event), position: 0))
    return UnsafeMutableRawPointer(key)!
  }

  /// Closing an event ends its registrations.
  func dropRegistrations(ofEvent event: UInt64) {
    for registration in registrations where registration.event == event {
      try? firmware.pool.release(registration.key)
    }
    registrations.removeAll { $0.event == event }
  }
}

extension UInt64 {
  init(_ pointer: UnsafeMutableRawPointer?) { self = UInt64(UInt(bitPattern: pointer)) }
}

extension UnsafeMutableRawPointer {
  init?(_ address: UInt64) { self.init(bitPattern: UInt(address)) }
}
