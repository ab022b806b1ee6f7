import CUEFI

/// Events and timers (UEFI 2.10, 7.1) in virtual time.
public final class EventService {
  /// Length of a timer tick, in nanoseconds: what a period of zero means.
  public static let tick: UInt64 = 10_000_000

  struct Record {
    var type: UInt32
    var level: EFI_TPL
    var function: UInt64
    var context: UInt64
    var group: EFI_GUID?
    var signaled = false
    /// Its notification waits in a queue.
    var queued = false
    /// Virtual time the timer fires at, in nanoseconds.
    var deadline: UInt64?
    /// Nanoseconds; zero for a timer that fires once.
    var period: UInt64 = 0
    /// Order of creation, so that events due together fire in an order that repeats.
    var sequence: UInt64
  }

  private unowned(unsafe) let firmware: Firmware
  private var records: [UInt64: Record] = [:]
  private var timers: [UInt64] = []
  private var sequence: UInt64 = 0
  /// Virtual time of the next timer in nanoseconds.
  public private(set) var nextDeadline: UInt64?

  init(firmware: Firmware) { self.firmware = firmware }

  func drop() {
    records = [:]
    timers = []
    nextDeadline = nil
  }

  public func isValid(_ event: EFI_EVENT?) -> Bool { records[UInt64(event)] != nil }

  /// Whether some event notifies through a function.
  func isNotifyFunction(_ function: UInt64) -> Bool {
    records.values.contains { $0.function == function }
  }

  /// Events alive.
  public var count: Int { records.count }

  /// CreateEvent and CreateEventEx (7.1.1, 7.1.2). `function` is a guest or host address.
  public func create(
    type: UInt32, level: EFI_TPL, function: UInt64, context: UInt64, group: EFI_GUID? = nil
  ) throws(FirmwareError) -> EFI_EVENT {
    var group = group
    switch type {
    case EVT_SIGNAL_EXIT_BOOT_SERVICES, EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE:
      guard group == nil else { throw .invalidParameter }
      group =
        type == EVT_SIGNAL_EXIT_BOOT_SERVICES
        ? .eventExitBootServices : .eventVirtualAddressChange
    default:
      let base = type & ~(EVT_TIMER | EVT_RUNTIME)
      guard base == 0 || base == EVT_NOTIFY_WAIT || base == EVT_NOTIFY_SIGNAL else {
        throw .invalidParameter
      }
    }
    let notifies = type & (EVT_NOTIFY_WAIT | EVT_NOTIFY_SIGNAL) != 0
    if notifies {
      guard level > TPL_APPLICATION, level < TPL_HIGH_LEVEL, function != 0 else {
        throw .invalidParameter
      }
    }
    let memory = type & EVT_RUNTIME != 0 ? EfiRuntimeServicesData : EfiBootServicesData
    let address = try firmware.pool.allocate(memory, size: 16)
    UnsafeMutablePointer<UInt64>(bitPattern: UInt(address))!.pointee = 0x746e_6576_65
    sequence += 1
    records[address] = Record(
      type: type, level: notifies ? level : 0, function: notifies ? function : 0,
      context: context, group: group, sequence: sequence)
    return EFI_EVENT(address)!
  }

  /// CloseEvent (7.1.3).
  public func close(_ event: EFI_EVENT?) throws(FirmwareError) {
    let address = UInt64(event)
    guard let record = records.removeValue(forKey: address) else { throw .invalidParameter }
    if record.queued { firmware.tpl.remove(address, at: record.level) }
    timers.removeAll { $0 == address }
    refreshDeadline()
    firmware.protocols.dropRegistrations(ofEvent: address)
    try firmware.pool.release(address)
  }

  /// SignalEvent (7.1.4), its whole group with it; runs what is above the current level.
  public func signalEvent(_ event: EFI_EVENT?) throws(FirmwareError) {
    guard let record = records[UInt64(event)] else { throw .invalidParameter }
    if !record.signaled {
      if let group = record.group {
        signalGroup(group)
      } else {
        signal(UInt64(event))
      }
    }
    firmware.tpl.dispatch()
  }

  /// Signals every event of a group, in the order they were created, without dispatching.
  public func signalGroup(_ group: EFI_GUID) {
    let members = records.filter { $0.value.group == group }
      .sorted { $0.value.sequence < $1.value.sequence }
    for member in members { signal(member.key) }
  }

  /// Puts one event into the signaled state and queues its notification.
  func signal(_ event: UInt64) {
    guard var record = records[event], !record.signaled else { return }
    record.signaled = true
    if record.type & EVT_NOTIFY_SIGNAL != 0, !record.queued {
      record.queued = true
      firmware.tpl.enqueue(event, at: record.level)
    }
    records[event] = record
  }

  /// CheckEvent (7.1.6): true and no longer signaled, or false.
  public func check(_ event: EFI_EVENT?) throws(FirmwareError) -> Bool {
    let address = UInt64(event)
    guard let record = records[address], record.type & EVT_NOTIFY_SIGNAL == 0 else {
      throw .invalidParameter
    }
    if !record.signaled, record.type & EVT_NOTIFY_WAIT != 0 {
      if !record.queued {
        records[address]?.queued = true
        firmware.tpl.enqueue(address, at: record.level)
      }
      firmware.tpl.dispatch()
    }
    // The notification may have closed the event.
    guard records[address]?.signaled == true else { return false }
    records[address]?.signaled = false
    return true
  }

  /// Runs one queued notification at its level and comes back to `level`.
  func notify(_ event: UInt64, from level: EFI_TPL) {
    guard let record = records[event] else { return }
    records[event]?.queued = false
    if record.type & EVT_NOTIFY_SIGNAL != 0 { records[event]?.signaled = false }
    firmware.tpl.force(record.level)
    // As at an image's entry: what is not an argument is zero.
    typealias Notify =
      @convention(c) (EFI_EVENT?, UnsafeMutableRawPointer?, UInt64, UInt64) -> Void
    let function = unsafeBitCast(UInt(record.function), to: Notify.self)
    function(EFI_EVENT(event), UnsafeMutableRawPointer(record.context), 0, 0)
    if firmware.tpl.current != record.level {
      firmware.ledger.noteMisuse(
        "a notification function returned at TPL \(firmware.tpl.current)", by: firmware.asker)
    }
    firmware.tpl.force(level)
  }

  /// SetTimer (7.1.7). `trigger` in units of 100 ns.
  public func setTimer(_ event: EFI_EVENT?, _ kind: UInt32, trigger: UInt64)
    throws(FirmwareError)
  {
    let address = UInt64(event)
    guard var record = records[address], record.type & EVT_TIMER != 0, kind <= TimerRelative
    else { throw .invalidParameter }
    timers.removeAll { $0 == address }
    let (product, overflow) = trigger.multipliedReportingOverflow(by: 100)
    let delay = overflow ? UInt64.max : product
    let now = firmware.clock.nanoseconds
    switch kind {
    case TimerPeriodic:
      record.period = max(delay, delay == 0 ? Self.tick : 1)
      record.deadline = now.saturating(adding: record.period)
    case TimerRelative:
      record.period = 0
      // Zero means the next tick.
      record.deadline =
        delay == 0 ? (now / Self.tick + 1) * Self.tick : now.saturating(adding: delay)
    default:
      record.period = 0
      record.deadline = nil
    }
    records[address] = record
    if record.deadline != nil { timers.append(address) }
    refreshDeadline()
  }

  /// Signals the events whose timers are due. At the highest level interrupts are off: nothing.
  func fireTimers() {
    let now = firmware.clock.nanoseconds
    guard firmware.tpl.current < TPL_HIGH_LEVEL, let next = nextDeadline, next <= now else {
      return
    }
    var due: [(deadline: UInt64, sequence: UInt64, event: UInt64)] = []
    for event in timers {
      if let record = records[event], let deadline = record.deadline, deadline <= now {
        due.append((deadline, record.sequence, event))
      }
    }
    due.sort { ($0.deadline, $0.sequence) < ($1.deadline, $1.sequence) }
    for (deadline, _, event) in due {
      signal(event)
      guard var record = records[event] else { continue }
      if record.period > 0 {
        // Missed periods are not made up for.
        let missed = (now - deadline) / record.period
        record.deadline = deadline.saturating(adding: (missed + 1) * record.period)
      } else {
        record.deadline = nil
        timers.removeAll { $0 == event }
      }
      records[event] = record
    }
    refreshDeadline()
  }

  /// No timer fires any more, as after ExitBootServices.
  func stopTimers() {
    for event in timers { records[event]?.deadline = nil }
    timers = []
    nextDeadline = nil
  }

  private func refreshDeadline() {
    var earliest: UInt64?
    for event in timers {
      guard let deadline = records[event]?.deadline else { continue }
      earliest = min(earliest ?? deadline, deadline)
    }
    nextDeadline = earliest
  }
}

extension UInt64 {
  func saturating(adding other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
