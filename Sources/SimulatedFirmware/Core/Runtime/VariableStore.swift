import CUEFI

/// UEFI variables (UEFI 2.10, 8.2), kept for the life of the machine.
public final class VariableStore {
  /// Bytes for all variables, and for one with its name.
  public static let capacity: UInt64 = 256 << 10
  public static let maximumSize: UInt64 = 64 << 10

  /// One variable. The name in UCS-2 without its terminator.
  public struct Variable: Sendable {
    public var name: [UInt16]
    public var vendor: EFI_GUID
    public var attributes: UInt32
    public var data: [UInt8]

    var cost: UInt64 { UInt64(name.count * 2 + 2 + data.count + 60) }
  }

  /// In the order they were first set.
  public private(set) var variables: [Variable] = []

  public init() {}

  private func index(_ name: [UInt16], _ vendor: EFI_GUID, _ atRuntime: Bool) -> Int? {
    variables.firstIndex {
      $0.name == name && $0.vendor == vendor && (!atRuntime || isVisibleAtRuntime($0))
    }
  }

  private func isVisibleAtRuntime(_ variable: Variable) -> Bool {
    variable.attributes & EFI_VARIABLE_RUNTIME_ACCESS != 0
  }

  public func find(_ name: [UInt16], _ vendor: EFI_GUID, atRuntime: Bool = false) -> Variable? {
    index(name, vendor, atRuntime).map { variables[$0] }
  }

  /// GetNextVariableName (8.2.2): an empty name begins. `invalidParameter` for a name that is
  /// not there, `notFound` at the end.
  public func next(after name: [UInt16], _ vendor: EFI_GUID, atRuntime: Bool)
    throws(FirmwareError) -> Variable
  {
    var start = 0
    if !name.isEmpty {
      guard let index = index(name, vendor, atRuntime) else { throw .invalidParameter }
      start = index + 1
    }
    guard
      let found = variables[start...].first(where: { !atRuntime || isVisibleAtRuntime($0) })
    else { throw .notFound }
    return found
  }

  /// SetVariable (8.2.3). No data, or no access, deletes; append adds.
  public func set(
    _ name: [UInt16], _ vendor: EFI_GUID, attributes: UInt32, data: [UInt8],
    atRuntime: Bool = false
  ) throws(FirmwareError) {
    guard !name.isEmpty else { throw .invalidParameter }
    // The counted kind is deprecated, and nobody enrolled keys that the other kinds need.
    guard attributes & EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS == 0 else { throw .unsupported }
    guard
      attributes
        & (EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS
          | EFI_VARIABLE_ENHANCED_AUTHENTICATED_ACCESS) == 0
    else { throw .securityViolation }
    let append = attributes & EFI_VARIABLE_APPEND_WRITE != 0
    let kept = attributes & ~EFI_VARIABLE_APPEND_WRITE
    let known =
      EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS
      | EFI_VARIABLE_RUNTIME_ACCESS | EFI_VARIABLE_HARDWARE_ERROR_RECORD
    guard kept & ~known == 0 else { throw .invalidParameter }
    let boot = kept & EFI_VARIABLE_BOOTSERVICE_ACCESS != 0
    let runtime = kept & EFI_VARIABLE_RUNTIME_ACCESS != 0
    guard !runtime || boot else { throw .invalidParameter }
    guard kept & EFI_VARIABLE_HARDWARE_ERROR_RECORD == 0 else { throw .unsupported }
    let existing = index(name, vendor, atRuntime)
    // Other attributes than a variable has neither change nor delete it, unless they are none.
    if boot, let existing, variables[existing].attributes != kept { throw .invalidParameter }
    if !boot || (data.isEmpty && !append) {
      guard let existing else { throw .notFound }
      try checkRuntimeWrite(variables[existing].attributes, atRuntime)
      variables.remove(at: existing)
      return
    }
    try checkRuntimeWrite(kept, atRuntime)
    if let existing {
      var changed = variables[existing]
      changed.data = append ? changed.data + data : data
      try checkRoom(changed, replacing: variables[existing].cost)
      variables[existing] = changed
    } else if !data.isEmpty {
      // A name that boot services used is taken, though it cannot be seen any more.
      guard index(name, vendor, false) == nil else { throw .writeProtected }
      let added = Variable(name: name, vendor: vendor, attributes: kept, data: data)
      try checkRoom(added, replacing: 0)
      variables.append(added)
    }
  }

  /// At run time only variables that last and are meant for it may change.
  private func checkRuntimeWrite(_ attributes: UInt32, _ atRuntime: Bool) throws(FirmwareError) {
    let needed = EFI_VARIABLE_RUNTIME_ACCESS | EFI_VARIABLE_NON_VOLATILE
    if atRuntime, attributes & needed != needed { throw .writeProtected }
  }

  private func checkRoom(_ variable: Variable, replacing: UInt64) throws(FirmwareError) {
    guard variable.cost <= Self.maximumSize, used - replacing + variable.cost <= Self.capacity
    else { throw .outOfResources }
  }

  /// Bytes in use.
  public var used: UInt64 { variables.reduce(0) { $0 + $1.cost } }
}
