import CShim
import CTransomDxe
import CTranslator
import CUEFI
import Shim
import Translator

// The Swift half of the exception handler, and what becomes of a trap in our own code.

/// Takes the synchronous exception over.
func installFaultHandler(_ cpu: UnsafeMutablePointer<EFI_CPU_ARCH_PROTOCOL>) -> EFI_STATUS {
  var actions = TransomFaultActions(
    cpu: cpu,
    ownsBranch: { address in
      guard let shim = Driver.activeShim else { return 0 }
      if shim._withUnsafeGuaranteedRef({ $0.ownsBranch(to: address) }) { return 1 }
      return Driver.hostState?.pointee.former.contains(address) == true ? 2 : 0
    },
    standIn: { callOfFormerImage($0) },
    settles: { address, syndrome, _ in
      // Native code writes to a page with translated code: bit 6 is "write, not read".
      if syndrome >> 6 & 1 != 0, let shim = Driver.activeShim,
        shim._withUnsafeGuaranteedRef({ $0.engine.releasePage(of: address) })
      {
        return 1
      }
      // Native code wants page zero: the guard was only for guests.
      guard address < 4096, let state = Driver.hostState else { return 0 }
      return state.pointee.lowPage.remove() ? 1 : 0
    },
    recover: { recover(programCounter: $0, syndrome: $1, address: $2, stackPointer: $3) })
  return transomInstallExceptionHandler(&actions)
}

/// A failed precondition, or a fault, in the driver's own code. The innermost protected call is
/// cut short; inside guest code, that level's native caller gets Aborted.
private func recover(
  programCounter: UInt64, syndrome: UInt64, address: UInt64, stackPointer: UInt64
) {
  guard let driver = Driver.current else { fatalError() }
  // Levels live on a stack of their own: from anywhere else, none is alive.
  let isInLevel = stackPointer &- driver.levelStack < Driver.levelStackSize
  let level = isInLevel ? driver.shim.abandonInnermostLevel() : nil
  driver.host.releaseInterrupts()
  var line = Line("Transom: trap in the driver's own code at +")
  line.add(address: programCounter &- transomCodeStart())
  line.add(", syndrome ")
  line.add(address: syndrome)
  line.add(", address ")
  line.add(address: address)
  driver.console.print(line)
  let levelPlace = level.map { UInt64(UInt(bitPattern: $0)) } ?? UInt64.max
  if let frame = Protection.frame {
    let place = UInt64(UInt(bitPattern: frame))
    if level == nil || (place >= stackPointer && place < levelPlace) {
      transomLeaveProtected(frame)
    }
  }
  if let level { transomAbandonLevel(level, EFI_ABORTED) }
  _ = driver.firmware.boot.pointee.Exit(driver.firmware.image, EFI_ABORTED, 0, nil)
}

/// Calls from the firmware into the driver, each with a way out if something in it traps.
enum Protection {
  nonisolated(unsafe) static var frame: UnsafeMutablePointer<TransomProtectedFrame>?
}

/// Runs `body` with the driver; EFI_ABORTED if it traps, EFI_NOT_READY if there is no driver.
func guarded(_ body: @escaping (Driver) -> EFI_STATUS) -> EFI_STATUS {
  guard let driver = Driver.current else { return EFI_NOT_READY }
  var status = EFI_ABORTED
  protected { status = body(driver) }
  return status
}

/// False if `body` trapped. Frames that are cut short leave references behind, so whoever counts
/// those of `body` must not mind: it escapes.
@discardableResult
func protected(_ body: @escaping () -> Void) -> Bool {
  var frame = TransomProtectedFrame()
  let outer = Protection.frame
  var body = body
  let returned = withUnsafeMutablePointer(to: &frame) { frame in
    withUnsafeMutablePointer(to: &body) { body in
      Protection.frame = frame
      return transomCallProtected(
        frame, { $0!.assumingMemoryBound(to: (() -> Void).self).pointee() }, body)
    }
  }
  Protection.frame = outer
  return returned == 0
}
