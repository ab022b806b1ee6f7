import Disassembly
import GDBRemote
import Shim

/// A GDB at the other end of a connection, stopping and resuming the run.
///
/// While it is connected the guest runs one instruction at a time. It waits at the first one.
public final class Debugger {
  /// Bytes from the debugger: the next one, or nil when there is none (not waiting) or the connection
  /// is gone (waiting).
  public typealias Receive = (_ waits: Bool) -> UInt8?
  public typealias Send = ([UInt8]) -> Void

  private let receive: Receive
  private let send: Send
  private var reader = PacketReader()
  private var target: DebuggedMachine?
  private var session: GDBSession<DebuggedMachine>?
  private var isStepping = true
  private var isGone = false
  private var untilPoll = 0
  private var lastReply: [UInt8] = []

  public init(receive: @escaping Receive, send: @escaping Send) {
    self.receive = receive
    self.send = send
  }

  func attach(_ target: DebuggedMachine) {
    self.target = target
    session = GDBSession(target)
  }

  var observesInstructions: Bool { !isGone }

  /// The firmware is about to call a driver's function: one that `monitor break` named?
  func willEnter(_ address: UInt64) { target?.note(entry: address) }

  /// The instruction at an address is next.
  func willExecute(_ address: UInt64) {
    guard !isGone, let target else { return }
    if isStepping {
      stop(.signal(5))
      return
    }
    if target.isNamedEntry(address) { return stop(.signal(5)) }
    if target.isBreakpoint(address) { return stop(.breakpoint) }
    if let (kind, place) = target.watchedAccess(at: address) {
      return stop(.watchpoint(kind, address: place))
    }
    untilPoll -= 1
    if untilPoll <= 0 {
      untilPoll = 1000
      pollForInterrupt()
    }
  }

  private func pollForInterrupt() {
    while let byte = receive(false) {
      if reader.take(byte) == .interrupt { return stop(.signal(2)) }
    }
  }

  func didFault(_ report: FaultReport) {
    guard !isGone else { return }
    let signal: UInt8 =
      switch report.kind {
      case .exception(let vector, _):
        switch vector {
        case 0, 16, 19: 8
        case 1, 3: 5
        case 6: 4
        default: 11
        }
      case .unsupportedInstruction: 4
      default: 11
      }
    stop(.signal(signal))
  }

  func didEnd(_ code: Int32) {
    guard !isGone, let session else { return }
    send(session.exited(UInt8(truncatingIfNeeded: code)))
    isGone = true
  }

  /// Stands still and answers until the debugger lets the run go on.
  private func stop(_ reason: StopReason) {
    guard let session, let target else { return }
    // The first stop is told when the debugger asks.
    let packet = session.stopped(reason)
    if !target.isFresh { put(packet) }
    target.isFresh = false
    isStepping = false
    while let byte = receive(true) {
      switch reader.take(byte) {
      case .packet(let data):
        if session.acknowledges { send([UInt8(ascii: "+")]) }
        if !act(session.handle(data)) { return }
      case .damaged: send([UInt8(ascii: "-")])
      case .repeatRequested: send(lastReply)
      case .acknowledged, .interrupt, nil: break
      }
    }
    // The connection broke: the run goes on alone.
    isGone = true
  }

  /// False when the run goes on.
  private func act(_ action: GDBSession<DebuggedMachine>.Action) -> Bool {
    switch action {
    case .reply(let bytes):
      put(bytes)
      return true
    case .resume: return false
    case .step:
      isStepping = true
      return false
    case .detach:
      put(PacketWriter.frame("OK"))
      isGone = true
      return false
    case .kill:
      isGone = true
      target?.kill()
      return false
    }
  }

  private func put(_ bytes: [UInt8]) {
    lastReply = bytes
    send(bytes)
  }
}
