import CSimulatedFirmware
import CUEFI

extension Firmware {
  /// DisconnectController (UEFI 2.10, 7.3.13). Calls guest code.
  ///
  /// Success when nobody had to be stopped or somebody was; `EFI_NOT_FOUND` when the driver or
  /// the child named has nothing to do with the controller; `EFI_DEVICE_ERROR` when one refused.
  public func disconnect(
    _ controller: EFI_HANDLE?, driver: EFI_HANDLE? = nil, child: EFI_HANDLE? = nil
  ) -> EFI_STATUS {
    guard protocols.isValid(controller), child == nil || protocols.isValid(child),
      driver == nil || protocols.isValid(driver)
    else { return EFI_INVALID_PARAMETER }
    if let driver, protocols.binding(on: driver) == 0 { return EFI_INVALID_PARAMETER }
    let managing = protocols.drivers(of: UInt64(controller))
    if driver == nil, managing.isEmpty { return EFI_SUCCESS }
    let wanted = driver.map { [UInt64($0)] } ?? managing
    let agents = abandonment.borrow(words: wanted.count, at: firmware_stack_position())
    for (index, agent) in wanted.enumerated() { agents[index] = agent }
    let count = wanted.count
    var stopped = 0
    var refused: EFI_STATUS = EFI_SUCCESS
    var index = 0
    while index < count {
      let agent = agents[index]
      index += 1
      guard protocols.isManaging(agent, UInt64(controller)) else { continue }
      let status = stop(agent: agent, controller: controller, child: child)
      if status == EFI_SUCCESS { stopped += 1 }
      if isError(status), status != EFI_NOT_FOUND { refused = status }
    }
    abandonment.giveBack(agents)
    if stopped > 0 { return EFI_SUCCESS }
    return refused == EFI_SUCCESS ? EFI_NOT_FOUND : refused
  }

  /// Stops one driver on a controller: its children first, or the one child asked for, and the
  /// controller itself unless other children remain.
  private func stop(agent: UInt64, controller: EFI_HANDLE?, child: EFI_HANDLE?) -> EFI_STATUS {
    let address = protocols.binding(on: EFI_HANDLE(agent))
    guard address != 0 else { return EFI_INVALID_PARAMETER }
    let binding = UnsafeMutablePointer<EFI_DRIVER_BINDING_PROTOCOL>(bitPattern: UInt(address))!
    guard let function = binding.pointee.Stop else { return EFI_UNSUPPORTED }
    let all = protocols.children(of: UInt64(controller), agent: agent)
    let total = all.count
    if let child, !all.contains(UInt64(child)) { return EFI_NOT_FOUND }
    let count = child == nil ? total : 1
    let buffer = abandonment.borrow(words: max(count, 1), at: firmware_stack_position())
    if let child {
      buffer[0] = UInt64(child)
    } else {
      for (index, handle) in all.enumerated() { buffer[index] = handle }
    }
    let level = tpl.current
    let running = images.enter(binding.pointee.ImageHandle)
    var status: EFI_STATUS = EFI_SUCCESS
    if count > 0 {
      status = UnsafeMutableRawPointer(buffer).withMemoryRebound(
        to: EFI_HANDLE?.self, capacity: count
      ) { handles in
        function(binding, controller, UInt64(count), handles)
      }
      checkLevel(level, after: "Stop")
    }
    if !isError(status), child == nil || total == 1 {
      status = function(binding, controller, 0, nil)
      checkLevel(level, after: "Stop")
    }
    images.running = running
    abandonment.giveBack(buffer)
    return isError(status) ? EFI_DEVICE_ERROR : EFI_SUCCESS
  }
}

extension ProtocolDatabase {
  func isManaging(_ agent: UInt64, _ controller: UInt64) -> Bool {
    drivers(of: controller).contains(agent)
  }
}
