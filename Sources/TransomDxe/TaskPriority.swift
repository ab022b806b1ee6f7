import CShim

/// RaiseTPL or RestoreTPL has returned to a guest: `TransomBridge.note`.
func noteTaskPriority(
  _ bridge: UnsafeMutablePointer<TransomBridge>, _ target: UInt64, _ argument: UInt64,
  _ result: UInt64
) -> UInt64 {
  let raisedFrom = bridge.pointee.hostWords.1
  if target == Driver.hostState?.pointee.restoreTPL {
    if argument &+ 1 == raisedFrom { bridge.pointee.hostWords.1 = 0 }
  } else if raisedFrom == 0, result != argument {
    bridge.pointee.hostWords.1 = result &+ 1
  }
  return result
}
