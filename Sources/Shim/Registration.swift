// What the embedder tells the shim: images, intercepted functions, the bounds of a run.

import CShim
import Translator

extension Shim {
  /// Takes over an image's pages: from here on a native call into them is a call to the guest.
  ///
  /// `base` and `size` in bytes; `name` is the embedder's identifier for reports. On an error
  /// nothing has changed.
  public func register(base: UInt64, size: UInt64, name: UInt32) throws(RegistrationError) {
    engine.forget(base, count: size)
    engine.dismissHosts()
    try memory.pointee.register(GuestImage(base: base, size: size, name: name))
    invalidate(base, count: size)
  }

  /// Gives an image's pages back as they were and drops its translations.
  public func unregister(base: UInt64) throws(RegistrationError) {
    if let image = memory.pointee.image(at: base) { engine.forget(image.base, count: image.size) }
    let image = try memory.pointee.unregister(base: base)
    invalidate(image.base, count: image.size)
    host.synchronizeInstructionCache(image.base, count: image.size)
  }

  /// Adopts pages for guest code outside any image, as the interception of AllocatePages does.
  public func adopt(_ address: UInt64, count: UInt64) throws(RegistrationError) {
    engine.forget(address, count: count)
    engine.dismissHosts()
    try memory.pointee.adopt(address, count: count)
    invalidate(address, count: count)
  }

  /// Gives adopted pages back. Pages that were not adopted stay as they are.
  public func abandon(_ address: UInt64, count: UInt64) {
    engine.forget(address, count: count)
    memory.pointee.abandon(address, count: count)
    invalidate(address, count: count)
  }

  public var imageCount: Int { memory.pointee.imageCount }
  /// Images in ascending order of address.
  public func image(index: Int) -> GuestImage? {
    index >= 0 && index < imageCount ? memory.pointee.image(index: index) : nil
  }
  public func image(at address: UInt64) -> GuestImage? { memory.pointee.image(at: address) }

  /// Whether a native branch to an address is a call to guest code. For the fault handler: it
  /// neither allocates nor blocks.
  public func ownsBranch(to address: UInt64) -> Bool { codeKind(of: address) == .guest }

  /// Says what to do around a host function. False if the table is full.
  @discardableResult
  public func intercept(_ target: UInt64, _ action: Interception) -> Bool {
    engine.dismissHosts()
    return interceptions.pointee.set(action, for: target)
  }

  /// Memory that may hold translated code was changed by someone other than the guest.
  public func invalidate(_ address: UInt64, count: UInt64) {
    guard count > 0 else { return }
    engine.invalidate(address, count: count)
    host.didInvalidate(address, count: count)
  }

  // MARK: A run

  /// Why the run ended early, if it did.
  public var outcome: FaultKind? { status.pointee.outcome }
  /// The report belonging to `outcome`.
  public var faultReport: FaultReport? {
    status.pointee.outcome == nil ? nil : report.pointee
  }
  /// Levels of nesting under way.
  public var depth: Int { levels.depth }

  /// Lets guest code run again after a run has ended early.
  public func clearOutcome() {
    status.pointee.outcome = nil
    engine.state.pointee.attention &= ~UInt32(transomAttentionOutcome)
  }

  /// Calls `body`, from which guest code may be called. Returns true if it returned.
  ///
  /// If guest code faults, or is stopped, all frames between here and there are dropped and this
  /// returns false: `outcome` says why. Runs nest; the innermost ends. Outside any run, guest calls
  /// return `Policies.abortStatus` instead, and so does every one made until `clearOutcome`.
  public func run(_ body: @escaping () -> Void) -> Bool {
    var body = body
    var frame = TransomProtectedFrame()
    let outer = status.pointee.frame
    let depth = levels.depth
    let ended = withUnsafeMutablePointer(to: &frame) { frame in
      withUnsafeMutablePointer(to: &body) { body in
        status.pointee.frame = frame
        return transomCallProtected(
          frame, { $0!.assumingMemoryBound(to: (() -> Void).self).pointee() }, body)
      }
    }
    status.pointee.frame = outer
    levels.drop(to: depth)
    return ended == 0
  }

  /// What executing an address would mean.
  func codeKind(of address: UInt64) -> AddressKind {
    memory.pointee.contains(address) ? .guest : host.kind(of: address)
  }
}
