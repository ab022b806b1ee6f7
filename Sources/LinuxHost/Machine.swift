import Shim

/// The parts of the host contract that need a firmware, as C functions with one context.
///
/// C functions and not closures: a frame that is jumped over must not leave a reference counted.
/// The defaults are a machine with nothing in it.
public struct Machine {
  public typealias Context = UnsafeMutableRawPointer?
  public var context: Context = nil

  /// Asked for addresses outside registered images and adopted pages; also in the signal handler.
  public var kindOfAddress: @convention(c) (Context, UInt64) -> UInt8 = { _, _ in Machine.none }
  public static let guest: UInt8 = 0, host: UInt8 = 1, none: UInt8 = 2

  public var deviceLoad: @convention(c) (Context, UInt64, UInt64, UnsafeMutableRawPointer) -> Bool =
    { _, _, _, _ in
      false
    }
  public var deviceStore:
    @convention(c) (Context, UInt64, UInt64, UnsafeMutableRawPointer) -> Bool = { _, _, _, _ in
      false
    }
  /// Stores the value read and returns true, or returns false.
  public var readPort:
    @convention(c) (Context, UInt16, UInt8, UnsafeMutablePointer<UInt32>) -> Bool = {
      _, _, _, _ in false
    }
  public var writePort: @convention(c) (Context, UInt16, UInt8, UInt32) -> Bool = { _, _, _, _ in
    false
  }
  public var timestamp: @convention(c) (Context) -> UInt64 = { _ in 0 }
  /// Returns the next instruction limit, or 0 when the budget is used up.
  public var safepoint: @convention(c) (Context, UInt64) -> UInt64 = { _, _ in UInt64.max }
  public var halt: @convention(c) (Context, UInt64) -> UInt64 = { _, _ in UInt64.max }
  /// A place for the guest stack (lowest address) with an inaccessible page below, or 0 to have one
  /// mapped.
  public var allocateStack: @convention(c) (Context, UInt64, Bool) -> UInt64 = { _, _, _ in 0 }

  // Nil for what nobody wants to see: where all of these are, calls take the short way.

  public var willCallHost: (@convention(c) (Context, UInt64, UnsafeMutablePointer<UInt64>) -> Void)?
  public var didCallHost:
    (@convention(c) (Context, UInt64, UnsafeMutablePointer<UInt64>, UInt64) -> Void)?
  public var willEnterGuest:
    (@convention(c) (Context, UInt64, UnsafeMutablePointer<UInt64>, Int) -> UInt64)?
  public var didLeaveGuest: (@convention(c) (Context, UInt64, UInt64, UInt64, Int) -> Void)?
  /// Stores the result and returns true to answer a call out instead of its function.
  public var answerInstead:
    (
      @convention(c) (
        Context, UInt64, UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UInt64>
      ) -> Bool
    )?
  public var amend:
    (@convention(c) (Context, UInt64, UInt64, UnsafeMutablePointer<UInt64>) -> UInt64)?
  public var observesInstructions: (@convention(c) (Context) -> Bool)?
  public var willExecute: (@convention(c) (Context, UInt64) -> Void)?

  var observesCalls: Bool {
    willCallHost != nil || didCallHost != nil || willEnterGuest != nil || didLeaveGuest != nil
      || answerInstead != nil || amend != nil || observesInstructions != nil || willExecute != nil
  }

  public var didTranslate: @convention(c) (Context, UInt64, UInt64) -> Void = { _, _, _ in }
  public var didInvalidate: @convention(c) (Context, UInt64, UInt64) -> Void = { _, _, _ in }
  /// The pointer is to a `FaultReport`.
  public var didEndRun: @convention(c) (Context, UnsafeRawPointer) -> Void = { _, _ in }

  public init() {}
}
