import CSimulatedFirmware
import CUEFI

extension Firmware {
  /// ConnectController (UEFI 2.10, 7.3.12). Calls guest code.
  ///
  /// `drivers` is the caller's null-terminated list of driver image handles, tried first.
  public func connect(
    _ controller: EFI_HANDLE?, drivers: UnsafeMutablePointer<EFI_HANDLE?>? = nil,
    remaining: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>? = nil, recursive: Bool = false
  ) -> EFI_STATUS {
    guard protocols.isValid(controller) else { return EFI_INVALID_PARAMETER }
    var status = connectOnce(controller, drivers: drivers, remaining: remaining)
    // A driver that starts may bring new drivers with it.
    while status == EFI_NOT_READY {
      status = connectOnce(controller, drivers: drivers, remaining: remaining)
    }
    if recursive {
      // A snapshot in scratch: this frame may be abandoned by the guest code it calls.
      let (children, count) = snapshotChildren(of: controller)
      var index = 0
      while index < count {
        if protocols.isValid(EFI_HANDLE(children[index])) {
          _ = connect(EFI_HANDLE(children[index]), recursive: true)
        }
        index += 1
      }
      abandonment.giveBack(children)
    }
    return status
  }

  /// One pass over the drivers in their order of precedence.
  private func connectOnce(
    _ controller: EFI_HANDLE?, drivers: UnsafeMutablePointer<EFI_HANDLE?>?,
    remaining: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>?
  ) -> EFI_STATUS {
    let before = protocols.handleCount(of: .driverBinding)
    let capacity = before + 1
    let sorted = abandonment.borrow(words: capacity, at: firmware_stack_position())
    let count = sortDrivers(
      for: controller, overrides: drivers, into: sorted, capacity: capacity)
    if protocols.handleCount(of: .driverBinding) > before {
      abandonment.giveBack(sorted)
      return EFI_NOT_READY
    }
    var oneStarted = false
    var found = true
    while found {
      found = false
      var index = 0
      while index < count, !found {
        let address = sorted[index]
        index += 1
        // A driver may have gone in the meantime.
        guard address != 0, protocols.isBinding(address) else { continue }
        let binding = UnsafeMutablePointer<EFI_DRIVER_BINDING_PROTOCOL>(
          bitPattern: UInt(address))!
        guard
          !isError(callGuarded(binding.pointee.Supported, binding, controller, remaining))
        else { continue }
        found = true
        sorted[index - 1] = 0
        if !isError(callGuarded(binding.pointee.Start, binding, controller, remaining)) {
          oneStarted = true
        }
      }
    }
    abandonment.giveBack(sorted)
    if oneStarted { return EFI_SUCCESS }
    if let remaining, remaining.pointee.Type == UInt8(END_DEVICE_PATH_TYPE) {
      return EFI_SUCCESS
    }
    return EFI_NOT_FOUND
  }

  /// Calls Supported or Start and sees to it that it comes back at the TPL it was called at.
  private func callGuarded(
    _ function: EFI_DRIVER_BINDING_START?,
    _ binding: UnsafeMutablePointer<EFI_DRIVER_BINDING_PROTOCOL>, _ controller: EFI_HANDLE?,
    _ remaining: UnsafeMutablePointer<EFI_DEVICE_PATH_PROTOCOL>?
  ) -> EFI_STATUS {
    guard let function else { return EFI_UNSUPPORTED }
    let level = tpl.current
    let running = images.enter(binding.pointee.ImageHandle)
    let status = function(binding, controller, remaining)
    images.running = running
    checkLevel(level, after: "a driver binding function")
    return status
  }

  /// Puts the TPL right when guest code came back at another one, and counts it.
  func checkLevel(_ level: EFI_TPL, after what: String) {
    guard tpl.current != level else { return }
    ledger.noteMisuse("\(what) returned at TPL \(tpl.current)", by: asker)
    if tpl.current > level { tpl.restore(to: level) } else { tpl.force(level) }
  }

  private func snapshotChildren(of controller: EFI_HANDLE?)
    -> (UnsafeMutablePointer<UInt64>, Int)
  {
    let children = protocols.children(of: UInt64(controller))
    let scratch = abandonment.borrow(words: children.count, at: firmware_stack_position())
    for (index, child) in children.enumerated() { scratch[index] = child }
    return (scratch, children.count)
  }
}

extension Firmware {
  /// Lists the driver bindings in the order of 7.3.12: the caller's, the platform's, the driver
  /// families', the bus's, then the others by version. Returns how many.
  private func sortDrivers(
    for controller: EFI_HANDLE?, overrides: UnsafeMutablePointer<EFI_HANDLE?>?,
    into sorted: UnsafeMutablePointer<UInt64>, capacity: Int
  ) -> Int {
    var count = 0
    func add(_ address: UInt64) {
      guard address != 0, count < capacity else { return }
      for index in 0..<count where sorted[index] == address { return }
      sorted[count] = address
      count += 1
    }
    if let overrides {
      var index = 0
      while let image = overrides[index] {
        add(protocols.binding(on: image))
        index += 1
      }
    }
    if let address = protocols.first(.platformDriverOverride) {
      let platform = address.assumingMemoryBound(
        to: EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL.self)
      var image: EFI_HANDLE?
      var rounds = 0
      while rounds < capacity, let get = platform.pointee.GetDriver,
        !isError(get(platform, controller, &image))
      {
        add(protocols.binding(on: image))
        rounds += 1
      }
    }
    addFamilies(add)
    if let address = protocols.interface(.busSpecificDriverOverride, on: controller) {
      let bus = address.assumingMemoryBound(to: EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL.self)
      var image: EFI_HANDLE?
      var rounds = 0
      while rounds < capacity, let get = bus.pointee.GetDriver, !isError(get(bus, &image)) {
        add(protocols.binding(on: image))
        rounds += 1
      }
    }
    let overridden = count
    for handle in protocols.handles(with: .driverBinding) { add(protocols.binding(on: handle)) }
    // Insertion keeps equal versions in the order they were installed.
    var next = overridden + 1
    while next < count {
      let address = sorted[next]
      var place = next
      while place > overridden, version(sorted[place - 1]) < version(address) {
        sorted[place] = sorted[place - 1]
        place -= 1
      }
      sorted[place] = address
      next += 1
    }
    return count
  }

  private func version(_ binding: UInt64) -> UInt32 {
    UnsafeMutablePointer<EFI_DRIVER_BINDING_PROTOCOL>(bitPattern: UInt(binding))!.pointee.Version
  }

  /// Driver families, the highest version first.
  private func addFamilies(_ add: (UInt64) -> Void) {
    let handles = protocols.handles(with: .driverFamilyOverride)
    guard !handles.isEmpty else { return }
    let scratch = abandonment.borrow(words: handles.count * 2, at: firmware_stack_position())
    var count = 0
    for handle in handles {
      guard let address = protocols.interface(.driverFamilyOverride, on: handle) else { continue }
      let family = address.assumingMemoryBound(to: EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL.self)
      guard let get = family.pointee.GetVersion else { continue }
      let version = UInt64(get(family))
      var place = count
      while place > 0, scratch[2 * place - 2] < version {
        scratch[2 * place] = scratch[2 * place - 2]
        scratch[2 * place + 1] = scratch[2 * place - 1]
        place -= 1
      }
      scratch[2 * place] = version
      scratch[2 * place + 1] = protocols.binding(on: handle)
      count += 1
    }
    for index in 0..<count { add(scratch[2 * index + 1]) }
    abandonment.giveBack(scratch)
  }
}

extension ProtocolDatabase {
  /// Number of handles with a protocol.
  func handleCount(of guid: EFI_GUID) -> Int {
    records.values.reduce(0) { $0 + ($1.find(guid) == nil ? 0 : 1) }
  }

  /// The address of the DriverBinding on a handle, or 0.
  func binding(on handle: EFI_HANDLE?) -> UInt64 {
    UInt64(interface(.driverBinding, on: handle))
  }

  func isBinding(_ address: UInt64) -> Bool {
    records.values.contains { $0.find(.driverBinding)?.address == address }
  }

  /// A protocol's first interface, without counting it as missing.
  func first(_ guid: EFI_GUID) -> UnsafeMutableRawPointer? {
    handles(with: guid).first.flatMap { interface(guid, on: $0) }
  }

  /// Child controllers of a controller, of one agent or of any, each once.
  func children(of controller: UInt64, agent: UInt64? = nil) -> [UInt64] {
    var children: [UInt64] = []
    for interface in records[controller]?.interfaces ?? [] {
      for opening in interface.openings
      where opening.attributes & EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER != 0
        && (agent == nil || opening.agent == agent) && !children.contains(opening.controller)
      {
        children.append(opening.controller)
      }
    }
    return children
  }

  /// Agents that manage a controller: each that has a protocol of it open as a driver.
  func drivers(of controller: UInt64) -> [UInt64] {
    var drivers: [UInt64] = []
    for interface in records[controller]?.interfaces ?? [] {
      for opening in interface.openings
      where opening.attributes & EFI_OPEN_PROTOCOL_BY_DRIVER != 0
        && !drivers.contains(opening.agent)
      {
        drivers.append(opening.agent)
      }
    }
    return drivers
  }
}
